import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { keepHouse, keepingOf } from './keep-house.ts';
import type { Lane } from './lane.ts';
import { countLeads } from './metrics.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startWriterSchema,
  type WriterSchema,
} from './testing/writer-schema.ts';

const DAY_MS = 24 * 60 * 60_000;
const KEEPING = keepingOf(7);

let schema: WriterSchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startWriterSchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

async function kept(): Promise<{ state: string; payload: boolean }[]> {
  const { rows } = await sql<{ state: string; payload: boolean }>`
    select state, accepted is not null as payload from deliveries order by state
  `.execute(schema.database);
  return rows;
}

describe('housekeeping', () => {
  test('rows outlive every record of the topic that could bring their lead in again', () => {
    expect(KEEPING.rowMs).toBeGreaterThan(15 * DAY_MS);
  });

  test.each([
    [6.9, { payloads: 0, rows: 0 }, [{ state: 'written', payload: true }]],
    [7.1, { payloads: 1, rows: 0 }, [{ state: 'written', payload: false }]],
    [15, { payloads: 1, rows: 0 }, [{ state: 'written', payload: false }]],
    [17, { payloads: 1, rows: 1 }, []],
  ])('%d days after a lead was written', async (days, done, expected) => {
    await schema.settled(lane, { kind: 'written' });
    expect(await keepHouse(schema.database, KEEPING, inDays(days))).toEqual(done);
    expect(await kept()).toEqual(expected);
  });

  test('a lead that is pending or dead is kept whole, however old', async () => {
    await schema.settled(lane, { kind: 'dead', reason: REASON });
    await schema.takeIn(lead());
    await keepHouse(schema.database, KEEPING, inDays(1_000));
    expect(await kept()).toEqual([
      { state: 'dead', payload: true },
      { state: 'pending', payload: true },
    ]);
  });

  test('a lead whose payload is gone is still known when its topic is replayed', async () => {
    const accepted = lead();
    await schema.settled(lane, { kind: 'written' }, accepted);
    await keepHouse(schema.database, KEEPING, inDays(15));
    await schema.takeIn(accepted);
    expect(await kept()).toEqual([{ state: 'written', payload: false }]);
  });

  test('many are cleared away in batches, and one batch at a time can be called off', async () => {
    await schema.takeIn(...Array.from({ length: 25 }, () => lead()));
    await sql`update deliveries set state = 'written', settled_at = ${NOW}`.execute(schema.database);
    let batches = 0;
    const goOn = (): boolean => (batches += 1) <= 2;
    expect(await keepHouse(schema.database, KEEPING, inDays(8), { batch: 10, goOn })).toMatchObject({
      payloads: 20,
    });
    expect(await keepHouse(schema.database, KEEPING, inDays(8), { batch: 10 })).toMatchObject({
      payloads: 5,
    });
  });
});

describe('the count of a connection', () => {
  test('accepted is written, pending and dead together, also after rows have gone; test leads do not count', async () => {
    await schema.settled(lane, { kind: 'written' });
    await schema.settled(lane, { kind: 'written' });
    await schema.settled(lane, { kind: 'written' }, lead({ isTest: true }));
    await schema.settled(lane, { kind: 'dead', reason: REASON });
    await schema.settled(lane, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
    await schema.takeIn(lead({ isTest: true }));
    const before = await countLeads(schema.database);
    await keepHouse(schema.database, KEEPING, inDays(17));
    const after = await countLeads(schema.database);
    for (const counts of [before, after]) {
      expect(counts).toEqual([
        expect.objectContaining({ connectionId: CONNECTION, accepted: 4, written: 2, pending: 1, dead: 1 }),
      ]);
    }
    expect(await kept()).toHaveLength(3);
  });

  test('tells how long the oldest has waited, and whether the connection is broken', async () => {
    await schema.takeIn(
      lead({ acceptedAt: new Date(Date.now() - 3_600_000).toISOString() }),
      lead({ acceptedAt: new Date().toISOString() }),
    );
    await sql`update lanes set broken = '{}'`.execute(schema.database);
    const [count] = await countLeads(schema.database);
    expect(count?.lagSeconds).toBeGreaterThan(3_599);
    expect(count?.lagSeconds).toBeLessThan(3_700);
    expect(count?.broken).toBe(true);
  });

  test('a connection without leads has a count too', async () => {
    expect(await countLeads(schema.database)).toEqual([
      expect.objectContaining({
        accepted: 0,
        written: 0,
        pending: 0,
        dead: 0,
        lagSeconds: 0,
        broken: false,
      }),
    ]);
  });
});
