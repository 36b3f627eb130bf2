import { describe, expect, test } from '@jest/globals';
import { KnownAddresses } from './known-addresses.ts';
import type { KnownConnection } from './lead-store.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const GRACE_MS = 3_600_000;

const published: KnownConnection = {
  ...{ connectionId: 'one', version: 2, state: 'published', addressKeyHash: 'old' },
  ...{ changedAt: new Date('2026-11-20T12:00:00Z'), repeatHours: null, earlier: [] },
};

/** Addresses over a database with these connections, and what it was asked for. */
function over(...stored: KnownConnection[]) {
  const asked: (readonly string[])[] = [];
  const addresses = new KnownAddresses((hashes) => {
    asked.push(hashes);
    return Promise.resolve(stored.filter(({ addressKeyHash }) => hashes.includes(addressKeyHash)));
  }, GRACE_MS);
  return { addresses, asked };
}

describe('an address', () => {
  test('that was found once is not asked for again', async () => {
    const { addresses, asked } = over(published);
    expect(await addresses.find('old', NOW)).toEqual(published);
    expect(await addresses.find('old', NOW)).toEqual(published);
    expect(asked).toEqual([['old']]);
  });

  test('that nobody has is asked for each time, as somebody may have it by then', async () => {
    const { addresses, asked } = over();
    expect(await addresses.find('nobodys', NOW)).toBeUndefined();
    expect(await addresses.find('nobodys', NOW)).toBeUndefined();
    addresses.remember({ ...published, addressKeyHash: 'nobodys' });
    expect(await addresses.find('nobodys', NOW)).toMatchObject({ connectionId: 'one' });
    expect(asked).toEqual([['nobodys'], ['nobodys']]);
  });

  test('is asked for together with others that are asked for at the same time', async () => {
    const { addresses, asked } = over(published);
    const hashes = ['a', 'old', 'b', 'c'];
    const found = await Promise.all(hashes.map((hash) => addresses.find(hash, NOW)));
    expect(found.map((each) => each?.connectionId)).toEqual([undefined, 'one', undefined, undefined]);
    expect(asked).toEqual([['a'], ['old', 'b', 'c']]);
  });

  test('is the newest: what the database or the topic say of older versions changes nothing', async () => {
    const { addresses } = over(published);
    addresses.remember({ ...published, version: 3, addressKeyHash: 'new' });
    addresses.remember({ ...published, version: 1, addressKeyHash: 'older' });
    expect(await addresses.find('old', NOW)).toBeUndefined();
    expect(await addresses.find('older', NOW)).toBeUndefined();
    expect(await addresses.find('new', NOW)).toMatchObject({ connectionId: 'one' });
  });

  test('that was replaced works until its time is over, and no longer than its connection says', async () => {
    const until = new Date(NOW.getTime() + 1);
    const rotated = { ...published, version: 3, addressKeyHash: 'new', earlier: [{ keyHash: 'old', until }] };
    const { addresses } = over(published);
    addresses.remember(rotated);
    for (const hash of ['old', 'new'])
      expect(await addresses.find(hash, NOW)).toMatchObject({ connectionId: 'one', version: 3 });
    expect(await addresses.find('old', until)).toBeUndefined();
    addresses.remember({ ...rotated, version: 4, earlier: [] });
    expect(await over().addresses.find('old', NOW)).toBeUndefined();
    expect(await addresses.find('new', until)).toMatchObject({ version: 4 });
  });

  test.each(['draft', 'published', 'paused'] as const)(
    'takes leads in while its connection is %s',
    async (state) => {
      const { addresses } = over({ ...published, state });
      expect(await addresses.find('old', NOW)).toMatchObject({ connectionId: 'one' });
    },
  );

  test('takes leads in for a while yet once its connection is deleted, and then no more', async () => {
    const { addresses } = over(published);
    await addresses.find('old', NOW);
    addresses.remember({ ...published, version: 3, state: 'deleted', changedAt: NOW });
    const after = (ms: number): Date => new Date(NOW.getTime() + ms);
    expect(await addresses.find('old', after(GRACE_MS - 1))).toMatchObject({ connectionId: 'one' });
    expect(await addresses.find('old', after(GRACE_MS))).toBeUndefined();
  });

  test('takes no leads in where nobody knows when its connection was deleted', async () => {
    const { addresses } = over({ ...published, state: 'deleted', changedAt: null });
    expect(await addresses.find('old', NOW)).toBeUndefined();
  });
});
