import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { associatedData, type Binding, CannotOpen, decrypt, encrypt } from './envelope.ts';
import { KeyRing } from './key-ring.ts';

const binding = fc.record({
  connectionId: fc.uuid(),
  purpose: fc.constantFrom('client-secret', 'password', 'certificate', 'address-key'),
  version: fc.integer({ min: 1, max: 1_000 }),
});

/** How a stored row can be wrong; each gives what is then tried to be opened. */
interface Row {
  sealed: Buffer;
  key: Buffer;
  binding: Binding;
}
const wrongs: Record<string, (row: Row, other: Row, at: number) => Row> = {
  'a bit was flipped': (row, _other, at) => {
    const sealed = Buffer.from(row.sealed);
    const byte = at % sealed.length;
    sealed[byte] = (sealed[byte] ?? 0) ^ (1 << (at % 8));
    return { ...row, sealed };
  },
  'its end is missing': (row, _other, at) => ({
    ...row,
    sealed: row.sealed.subarray(0, at % row.sealed.length),
  }),
  'its beginning is missing': (row, _other, at) => ({
    ...row,
    sealed: row.sealed.subarray(1 + (at % (row.sealed.length - 1))),
  }),
  'something was added': (row, _other, at) => ({
    ...row,
    sealed: Buffer.concat([row.sealed, Buffer.of(at % 256)]),
  }),
  "it is another's ciphertext": (row, other) => ({ ...row, sealed: other.sealed }),
  "it is another's ciphertext and key": (row, other) => ({ ...row, sealed: other.sealed, key: other.key }),
  "its key is another's": (row, other) => ({ ...row, key: other.key }),
  'it is of another version': (row, _other, at) => ({
    ...row,
    binding: { ...row.binding, version: row.binding.version + 1 + (at % 100) },
  }),
  'it is of another connection': (row, other) => ({
    ...row,
    binding: { ...row.binding, connectionId: other.binding.connectionId },
  }),
  'it is for another purpose': (row) => ({ ...row, binding: { ...row.binding, purpose: 'something-else' } }),
};

describe('a sealed secret', () => {
  test('opens for what it was sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), binding, (secret, bound) => {
        const key = randomBytes(32);
        const sealed = encrypt(Buffer.from(secret), key, randomBytes(12), associatedData(bound));
        expect(decrypt(sealed, key, associatedData(bound)).toString()).toBe(secret);
      }),
    );
  });

  test('a million that were changed, cut, swapped or bound to something else all fail closed', () => {
    // A million stack traces that nobody reads would take most of the time.
    Error.stackTraceLimit = 0;
    const runs = 500;
    const triesEach = 2_000;
    let refused = 0;
    const pair = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 100 }), binding);
    const property = fc.property(pair, pair, fc.nat(), ([one, bound], [two, otherBound], seed) => {
      fc.pre(bound.connectionId !== otherBound.connectionId);
      const row = seal(Buffer.from(one), bound);
      const other = seal(Buffer.from(two), otherBound);
      const kinds = Object.entries(wrongs);
      for (let index = 0; index < triesEach; index += 1) {
        const [name, spoil] = kinds[index % kinds.length] ?? ['', (same: Row) => same];
        const wrong = spoil(row, other, seed + index);
        if (opens(wrong)) throw new Error(`It opened although ${name}.`);
        refused += 1;
      }
    });
    fc.assert(property, { numRuns: runs });
    expect(refused).toBe(1_000_000);
  }, 120_000);

  test('parts of a binding cannot be shifted into one another', () => {
    const texts = [
      { connectionId: 'a', purpose: 'b","c', version: 1 },
      { connectionId: 'a","b', purpose: 'c', version: 1 },
    ].map((bound) => associatedData(bound).toString());
    expect(new Set(texts).size).toBe(2);
  });
});

describe('a wrapped data key', () => {
  test('opens under its master key only, and not when it was changed', async () => {
    const [one, two] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
    const ring = new KeyRing(() => Promise.resolve(`${one}\n`));
    const dataKey = randomBytes(32);
    const wrapped = await ring.wrap(dataKey);
    expect(await ring.unwrap(wrapped)).toEqual(dataKey);
    const rotated = new KeyRing(() => Promise.resolve(`${two}\n${one}\n`));
    expect(await rotated.unwrap(wrapped)).toEqual(dataKey);
    const stranger = new KeyRing(() => Promise.resolve(two ?? ''));
    await expect(stranger.unwrap(wrapped)).rejects.toThrow('is not at hand');
    const under = await stranger.wrap(dataKey);
    await expect(rotated.unwrap({ ...wrapped, masterKeyId: under.masterKeyId })).rejects.toThrow(CannotOpen);
    for (let at = 0; at < wrapped.wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped.wrapped);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(ring.unwrap({ ...wrapped, wrapped: changed })).rejects.toThrow(CannotOpen);
    }
  });
});

function seal(plain: Buffer, bound: Binding): Row {
  const key = randomBytes(32);
  return { sealed: encrypt(plain, key, randomBytes(12), associatedData(bound)), key, binding: bound };
}

function opens({ sealed, key, binding: bound }: Row): boolean {
  try {
    decrypt(sealed, key, associatedData(bound));
    return true;
  } catch (error) {
    if (error instanceof CannotOpen) return false;
    throw error;
  }
}
