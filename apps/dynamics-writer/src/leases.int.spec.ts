import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { beat, claimLanes, laneShare, leave, releaseLanes, renewLeases } from './leases.ts';
import type { WriterTables } from './tables.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let database: Kysely<WriterTables>;

beforeAll(async () => {
  schema = await startWriterSchema();
  ({ database } = schema);
});
afterAll(() => schema.close());
beforeEach(() => schema.empty());

async function makeLanes(count: number, state = 'published'): Promise<void> {
  const rows = Array.from({ length: count }, () => ({
    connection_id: randomUUID(),
    version: 1,
    organization: 'https://contoso.crm4.dynamics.com',
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
    expect(await claimLanes(database, 'a', 5)).toHaveLength(1);
    await sql`update lanes set state = 'paused'`.execute(database);
    expect(await renewLeases(database, 'a')).toEqual([]);
  });

  test('a paused connection’s lane is held for as long as it is being validated, a deleted one’s never', async () => {
    await makeLanes(1, 'paused');
    await makeLanes(1, 'deleted');
    await sql`insert into validations (validation_id, connection_id, asked_at)
      select gen_random_uuid(), connection_id, now() from lanes`.execute(database);
    expect(await claimLanes(database, 'a', 5)).toEqual([expect.objectContaining({ isPaused: true })]);
    expect(await renewLeases(database, 'a')).toEqual([expect.objectContaining({ isPaused: true })]);
    expect(await laneShare(database)).toBe(1);
    await sql`update validations set done_at = now()`.execute(database);
    expect(await renewLeases(database, 'a')).toEqual([]);
  });
});
