import { describe, expect, test } from '@jest/globals';
import { KnownAddresses } from './known-addresses.ts';
import type { KnownConnection } from './lead-store.ts';

const published: KnownConnection = {
  ...{ connectionId: 'one', version: 2, state: 'published', addressKeyHash: 'old' },
};

/** Addresses over a database with these connections, and what it was asked for. */
function over(...stored: KnownConnection[]) {
  const asked: (readonly string[])[] = [];
  const addresses = new KnownAddresses((hashes) => {
    asked.push(hashes);
    return Promise.resolve(stored.filter(({ addressKeyHash }) => hashes.includes(addressKeyHash)));
  });
  return { addresses, asked };
}

describe('an address', () => {
  test('that was found once is not asked for again', async () => {
    const { addresses, asked } = over(published);
    expect(await addresses.find('old')).toEqual(published);
    expect(await addresses.find('old')).toEqual(published);
    expect(asked).toEqual([['old']]);
  });

  test('that nobody has is asked for each time, as somebody may have it by then', async () => {
    const { addresses, asked } = over();
    expect(await addresses.find('nobodys')).toBeUndefined();
    expect(await addresses.find('nobodys')).toBeUndefined();
    addresses.remember({ ...published, addressKeyHash: 'nobodys' });
    expect(await addresses.find('nobodys')).toMatchObject({ connectionId: 'one' });
    expect(asked).toEqual([['nobodys'], ['nobodys']]);
  });

  test('is asked for together with others that are asked for at the same time', async () => {
    const { addresses, asked } = over(published);
    const hashes = ['a', 'old', 'b', 'c'];
    const found = await Promise.all(hashes.map((hash) => addresses.find(hash)));
    expect(found.map((each) => each?.connectionId)).toEqual([undefined, 'one', undefined, undefined]);
    expect(asked).toEqual([['a'], ['old', 'b', 'c']]);
  });

  test('is the newest: what the database or the topic say of older versions changes nothing', async () => {
    const { addresses } = over(published);
    addresses.remember({ ...published, version: 3, addressKeyHash: 'new' });
    addresses.remember({ ...published, version: 1, addressKeyHash: 'older' });
    expect(await addresses.find('old')).toBeUndefined();
    expect(await addresses.find('older')).toBeUndefined();
    expect(await addresses.find('new')).toMatchObject({ connectionId: 'one' });
  });

  test('takes no leads in once its connection is deleted', async () => {
    const { addresses } = over(published);
    await addresses.find('old');
    addresses.remember({ ...published, version: 3, state: 'deleted' });
    expect(await addresses.find('old')).toBeUndefined();
  });
});
