import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LeadAccepted, LeadOutcome } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { type Delivery, type End, nextDeliveries, settleDeliveries } from './deliveries.ts';
import type { Lane } from './lane.ts';
import type { WriterTables } from './tables.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startWriterSchema,
  type WriterSchema,
} from './testing/writer-schema.ts';

let schema: WriterSchema;
let database: Kysely<WriterTables>;
let lane: Lane;

beforeAll(async () => {
  schema = await startWriterSchema();
  ({ database } = schema);
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

/** Settles one delivery. */
async function settle(holder: Lane, delivery: Delivery, end: End): Promise<boolean> {
  const settled = await settleDeliveries(database, holder, [{ delivery, end, at: NOW }]);
  return settled.includes(delivery.accepted.leadId);
}

async function due(): Promise<string[]> {
  const { due: deliveries } = await nextDeliveries(database, lane, new Set(), 10);
  return deliveries.map((delivery) => delivery.accepted.leadId);
}

async function outcomes(): Promise<LeadOutcome[]> {
  const rows = await database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map((row) => LeadOutcome.parse(JSON.parse(row.value)));
}

describe('taking leads in', () => {
  test('a record that comes again changes nothing, even after the lead was written', async () => {
    const record = lead();
    await schema.takeIn(record, record);
    const [delivery] = (await nextDeliveries(database, lane, new Set(), 10)).due;
    if (!delivery) throw new Error('nothing is due');
    await settle(lane, delivery, { kind: 'written' });
    await schema.takeIn(record);
    expect(await due()).toEqual([]);
    expect(await database.selectFrom('deliveries').selectAll().execute()).toHaveLength(1);
  });

  test('a whole batch is taken in as it came, whatever its texts hold', async () => {
    const leads = Array.from({ length: 300 }, (_, index) => {
      const one = lead();
      return { ...one, lead: { ...one.lead, offerTitle: `"quote" \\ {} , 🙂 ${index}` } };
    });
    await schema.takeIn(...leads);
    const { due: taken } = await nextDeliveries(database, lane, new Set(), 500);
    const byId = (one: LeadAccepted, other: LeadAccepted): number => (one.leadId < other.leadId ? -1 : 1);
    expect(taken.map(({ accepted }) => accepted).sort(byId)).toEqual([...leads].sort(byId));
  });
});

describe('what is due', () => {
  test('leads under way are passed over, and the wait is until the next one', async () => {
    const [first, second, later] = [lead(), lead(), lead()];
    await schema.takeIn(first, second, later);
    await sql`update deliveries set due_at = now() + interval '40 s' where lead_id = ${later.leadId}`.execute(
      database,
    );
    const next = await nextDeliveries(database, lane, new Set([first.leadId]), 10);
    expect(next.due.map((delivery) => delivery.accepted.leadId)).toEqual([second.leadId]);
    expect(next.waitMs).toBeGreaterThan(30_000);
    expect(next.waitMs).toBeLessThanOrEqual(40_000);
  });

  test('of a paused connection is only the test lead of a Validate that runs', async () => {
    const [customers, ours, over] = [lead(), lead({ isTest: true }), lead({ isTest: true })];
    await schema.takeIn(customers, lead({ isTest: true }), ours, over);
    const validation = { connection_id: CONNECTION, asked_at: NOW };
    await database
      .insertInto('validations')
      .values([
        { ...validation, validation_id: ours.leadId, done_at: null },
        { ...validation, validation_id: over.leadId, done_at: NOW },
      ])
      .execute();
    lane.isPaused = true;
    expect(await due()).toEqual([ours.leadId]);
    lane.isPaused = false;
    expect(await due()).toHaveLength(4);
  });
});

describe('settling', () => {
  async function one(): Promise<Delivery> {
    await schema.takeIn(lead());
    const [delivery] = (await nextDeliveries(database, lane, new Set(), 1)).due;
    if (!delivery) throw new Error('nothing is due');
    return delivery;
  }

  test('a written lead is told of once, with the id of its record', async () => {
    const delivery = await one();
    expect(await settle(lane, delivery, { kind: 'written' })).toBe(true);
    expect(await settle(lane, delivery, { kind: 'written' })).toBe(false);
    expect(await outcomes()).toEqual([
      expect.objectContaining({ outcome: 'written', attempts: 1, crmId: delivery.accepted.leadId }),
    ]);
  });

  test('a deferred lead waits its time, and says when it is tried again', async () => {
    const delivery = await one();
    await settle(lane, delivery, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
    expect(await due()).toEqual([]);
    expect(await outcomes()).toEqual([
      expect.objectContaining({
        outcome: 'deferred',
        attempts: 1,
        nextAttemptAt: '2026-11-22T09:31:00.000Z',
      }),
    ]);
  });

  test('a refused lead is dead with its reason, and is not due again', async () => {
    const delivery = await one();
    await settle(lane, delivery, { kind: 'dead', reason: REASON });
    expect(await due()).toEqual([]);
    expect(await outcomes()).toEqual([
      expect.objectContaining({ outcome: 'dead', attempts: 1, reason: REASON }),
    ]);
  });

  test('being asked to slow down is no attempt', async () => {
    const delivery = await one();
    await settle(lane, delivery, { kind: 'deferred', afterMs: 0, counts: false, reason: REASON });
    expect((await nextDeliveries(database, lane, new Set(), 1)).due).toEqual([
      expect.objectContaining({ attempts: 0 }),
    ]);
  });

  test('whoever lost the lane writes nothing', async () => {
    const delivery = await one();
    const successor = await schema.claim('somebody else');
    expect(await settle(lane, delivery, { kind: 'written' })).toBe(false);
    expect(await outcomes()).toEqual([]);
    expect(await settle(successor, delivery, { kind: 'written' })).toBe(true);
  });
});
