import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { beat, claimLanes, laneShare, leave, MOST_IN_FLIGHT, releaseLanes, renewLeases } from './leases.ts';
import type { DeliveryTables } from '../tables.ts';
import { startDeliverySchema, type DeliverySchema } from '../testing/delivery-schema.ts';

let schema: DeliverySchema;
let database: Kysely<DeliveryTables>;

beforeAll(async () => {
  schema = await startDeliverySchema();
  ({ database } = schema);
});
afterAll(() => schema.close());
beforeEach(() => schema.empty());

async function makeLanes(count: number, state = 'published'): Promise<void> {
  const rows = Array.from({ length: count }, () => ({
    connection_id: randomUUID(),
    version: 1,
    url: 'https://there.example',
    state,
    secret_version: 1,
    owner: null,
  }));
  await database.insertInto('lanes').values(rows).execute();
}

/** As if so much time had passed since the last renewal. */
async function letLeasesEnd(): Promise<void> {
  await sql`update lanes set leased_until = now() - interval '1 millisecond' where owner is not null`.execute(
    database,
  );
}

describe('leases', () => {
  test('lanes of one that died are taken over with what it may have had in flight, however much that is', async () => {
    await makeLanes(20);
    const die = sql`update lanes set owner = 'dead', leased_until = '-infinity'`;
    const comes = (leadsEach: number) => sql`
      insert into deliveries (lead_id, connection_id, accepted, accepted_at, due_at)
      select gen_random_uuid(), connection_id, '{}', now(), now() from lanes, generate_series(1, ${leadsEach}::int)
    `;
    // In one session, where plans are kept that were made for nothing.
    await database.connection().execute(async (session) => {
      await die.execute(session);
      await claimLanes(session, 'living', 20);
      await comes(2_000).execute(session);
      await die.execute(session);
      expect(await claimLanes(session, 'living', 20)).toHaveLength(20);
    });
    const { rows } = await sql<{ leads: number }>`
      select count(*)::int as leads from deliveries where unclear group by connection_id
    `.execute(database);
    expect(rows).toEqual(Array.from({ length: 20 }, () => ({ leads: MOST_IN_FLIGHT })));
  });

  test('a lane is held by one instance at a time, even when all claim at once', async () => {
    await makeLanes(20);
    const claims = await Promise.all(
      ['a', 'b', 'c', 'd'].map((instance) => claimLanes(database, instance, 20)),
    );
    const claimed = claims.flat().map((lane) => lane.connectionId);
    expect(claimed).toHaveLength(20);
    expect(new Set(claimed).size).toBe(20);
  });

  test('a dead instance’s lanes are taken over, under a higher fence, and it cannot renew them', async () => {
    await makeLanes(1);
    const [before] = await claimLanes(database, 'dead', 1);
    expect(await claimLanes(database, 'alive', 1)).toEqual([]);
    await letLeasesEnd();
    const [after] = await claimLanes(database, 'alive', 1);
    expect(after?.fence).toBeGreaterThan(before?.fence ?? Infinity);
    expect(await renewLeases(database, 'dead')).toEqual([]);
    expect(await renewLeases(database, 'alive')).toHaveLength(1);
  });

  test('what a destination said of one lane, however hostile, keeps no lane from being renewed or taken over', async () => {
    await makeLanes(3);
    const [hostile] = await claimLanes(database, 'a', 3);
    const broken = { cause: 'a\0\ud83d', what: '\ud83d\0', remedy: '', suspect: 'connection' };
    await database
      .updateTable('lanes')
      .set({ broken: JSON.stringify(broken) })
      .where('connection_id', '=', hostile?.connectionId ?? '')
      .execute();
    expect(await renewLeases(database, 'a')).toHaveLength(3);
    await letLeasesEnd();
    expect(await claimLanes(database, 'b', 3)).toHaveLength(3);
  });

  test.each([-5, 0, 5])(
    'leases and waits are as long on a machine whose clock is %d minutes ahead',
    async (minutes) => {
      await makeLanes(1);
      await sql`update lanes set held_until = now() + interval '2 minutes'`.execute(database);
      const own = Date.now.bind(Date);
      const skewed = jest.spyOn(Date, 'now').mockImplementation(() => own() + minutes * 60_000);
      try {
        const [lane] = await claimLanes(database, 'a', 1);
        expect(Math.abs((lane?.heldForMs ?? 0) - 120_000)).toBeLessThan(60_000);
        expect(await claimLanes(database, 'b', 1)).toEqual([]);
        expect(await renewLeases(database, 'a')).toHaveLength(1);
      } finally {
        skewed.mockRestore();
      }
    },
  );

  test('a lane given back is free at once', async () => {
    await makeLanes(1);
    const [lane] = await claimLanes(database, 'a', 1);
    await releaseLanes(database, 'a', [lane?.connectionId ?? '']);
    expect(await claimLanes(database, 'b', 1)).toHaveLength(1);
  });

  test('giving back a lane that somebody else has by now leaves it with them', async () => {
    await makeLanes(1);
    const [lane] = await claimLanes(database, 'a', 1);
    await letLeasesEnd();
    await claimLanes(database, 'b', 1);
    await releaseLanes(database, 'a', [lane?.connectionId ?? '']);
    expect(await renewLeases(database, 'b')).toHaveLength(1);
  });

  test('lanes are shared evenly among the living', async () => {
    await makeLanes(10);
    await beat(database, 'a');
    expect(await laneShare(database)).toBe(10);
    await beat(database, 'b');
    await beat(database, 'c');
    expect(await laneShare(database)).toBe(4);
    await leave(database, 'c');
    expect(await laneShare(database)).toBe(5);
  });

  test('a paused or deleted connection’s lane is neither claimed nor renewed; a draft’s is', async () => {
    await makeLanes(1, 'paused');
    await makeLanes(1, 'deleted');
    expect(await claimLanes(database, 'a', 5)).toEqual([]);
    await makeLanes(1, 'draft');
    expect(await claimLanes(database, 'a', 5)).toEqual([expect.objectContaining({ isHeld: true })]);
    await sql`update lanes set state = 'published'`.execute(database);
    expect(await renewLeases(database, 'a')).toEqual([expect.objectContaining({ isHeld: false })]);
    await sql`update lanes set state = 'paused'`.execute(database);
    expect(await renewLeases(database, 'a')).toEqual([]);
  });

  test.each(['paused', 'deleted'])(
    'a %s connection’s lane is renewed by who drains it, to be given back',
    async (state) => {
      await makeLanes(1);
      const [lane] = await claimLanes(database, 'a', 1);
      await sql`update lanes set state = ${state}`.execute(database);
      const closed = [expect.objectContaining({ isClosed: true, fence: lane?.fence })];
      expect(await renewLeases(database, 'a', [lane?.connectionId ?? ''])).toEqual(closed);
      expect(await renewLeases(database, 'a', [randomUUID()])).toEqual([]);
    },
  );

  test('a paused connection’s lane is held for as long as it is being validated, a deleted one’s never', async () => {
    await makeLanes(1, 'paused');
    await makeLanes(1, 'deleted');
    await sql`insert into validations (validation_id, connection_id, asked_at)
      select gen_random_uuid(), connection_id, now() from lanes`.execute(database);
    expect(await claimLanes(database, 'a', 5)).toEqual([expect.objectContaining({ isHeld: true })]);
    expect(await renewLeases(database, 'a')).toEqual([expect.objectContaining({ isHeld: true })]);
    expect(await laneShare(database)).toBe(1);
    await sql`update validations set done_at = now()`.execute(database);
    expect(await renewLeases(database, 'a')).toEqual([]);
  });
});
