import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MOST_KEPT, Pruner, withoutTranslations } from './without-translations.ts';

/** The value with each list of translations emptied. */
function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'LocalizedLabels' && Array.isArray(inner) ? [] : emptied(inner),
    ]),
  );
}

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('LocalizedLabels', '"', '[', ']', '\\', ':', '🙂', 1, null, true),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('LocalizedLabels', 'Label', 'a"b'), fc.string()), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value;

describe('a description without translations', () => {
  test('is the same but for them, in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        json,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 1),
        async (value, size, indent) => {
          const read = await withoutTranslations(inPieces(JSON.stringify(value, null, indent), size));
          expect(JSON.parse(read)).toEqual(emptied(JSON.parse(JSON.stringify(value))));
        },
      ),
    );
  });

  test('keeps what is no JSON', () => {
    expect(new Pruner().push('<html>[":LocalizedLabels":[</html>')).toContain('<html>');
  });

  test('of 64 MiB holds only what is kept', async () => {
    const option = `{"Value":1,"Label":{"LocalizedLabels":[${'{"Label":"x","LanguageCode":1033},'.repeat(2_000)}{}]}},`;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"value":[');
      for (let sent = 0; sent < 64 * 1024 * 1024; sent += option.length)
        yield await Promise.resolve(Buffer.from(option));
      yield Buffer.from('1]}');
    }
    const read = await withoutTranslations(pieces());

    expect(read.length).toBeLessThan(100_000);
    expect(JSON.parse(read)).toHaveProperty('value');
  });

  test('is refused where even that is too much', async () => {
    const text = JSON.stringify({ value: 'x'.repeat(MOST_KEPT) });
    await expect(withoutTranslations(inPieces(text, 65_536))).rejects.toMatchObject({
      code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    });
  });
});
