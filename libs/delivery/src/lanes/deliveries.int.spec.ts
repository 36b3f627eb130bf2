import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert, LeadOutcome, topics } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { type Delivery, type End, keepRefusedSome, nextDeliveries } from './deliveries.ts';
import { settleDeliveries } from './settle-deliveries.ts';
import { STUCK_AFTER_MS } from './tell-stuck.ts';
import type { Lane } from './lane.ts';
import type { DeliveryTables } from '../tables.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startDeliverySchema,
  WRITTEN,
  type DeliverySchema,
} from '../testing/delivery-schema.ts';

let schema: DeliverySchema;
let database: Kysely<DeliveryTables>;
let lane: Lane;

beforeAll(async () => {
  schema = await startDeliverySchema();
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
  return (await outbox(topics.leadsOutcomes.name)).map((value) => LeadOutcome.parse(value));
}

async function outbox(topic: string): Promise<unknown[]> {
  const rows = database.selectFrom('outbox').select('value').where('topic', '=', topic).orderBy('id');
  return (await rows.execute()).map(({ value }) => JSON.parse(value) as unknown);
}

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
    lane.isHeld = true;
    expect(await due()).toEqual([ours.leadId]);
    lane.isHeld = false;
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
    const receivedAt = '2026-11-20T17:03:12.000Z';
    delivery.accepted.receivedAt = receivedAt;
    expect(await settle(lane, delivery, WRITTEN)).toBe(true);
    expect(await settle(lane, delivery, WRITTEN)).toBe(false);
    expect(await outcomes()).toEqual([
      expect.objectContaining({ outcome: 'written', attempts: 1, crmId: CONNECTION, receivedAt }),
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

  test('a lead whose connection is broken for a day, tried every two minutes, is told of at growing pauses, then hourly, with how often', async () => {
    await schema.takeIn(lead());
    let tries = 0;
    for (let ms = 0; ms < 24 * 3_600_000; ms += 120_000) {
      const { due: found } = await nextDeliveries(database, lane, new Set(), 1);
      const [delivery] = found;
      if (!delivery) throw new Error('it is not due');
      const at = new Date(NOW.getTime() + ms);
      const end: End = { kind: 'deferred', afterMs: 0, counts: true, reason: REASON };
      await settleDeliveries(database, lane, [{ delivery, end, at }]);
      tries += 1;
    }
    const told = await outcomes();
    const often = told.map((event) => (event.outcome === 'deferred' ? event.deferrals : 0));
    expect(often).toEqual(
      [undefined, 1, 1, 2, 4, 8, 16, ...Array<number>(22).fill(30)].map((n) => (n === 1 ? undefined : n)),
    );
    expect(told.slice(0, 7).map(({ attempts }) => attempts)).toEqual([1, 2, 3, 5, 9, 17, 33]);
    expect(await database.selectFrom('deliveries').select('attempts').execute()).toEqual([
      { attempts: tries },
    ]);
  }, 120_000);

  test('a refused lead is dead with its reason, and is not due again', async () => {
    const delivery = await one();
    await settle(lane, delivery, { kind: 'dead', reason: REASON, amongOthers: false });
    expect(await due()).toEqual([]);
    expect(await outcomes()).toEqual([
      expect.objectContaining({ outcome: 'dead', attempts: 1, reason: REASON }),
    ]);
  });

  test('leads that die of one cause are one trouble that counts them, until one that was refused for it passes and none is dead any more', async () => {
    const end: End = { kind: 'dead', reason: REASON, amongOthers: true };
    const told = async (): Promise<Alert[]> =>
      (await outbox(topics.alerts.name)).map((value) => Alert.parse(value));
    const ofIt = { connectionId: CONNECTION, trouble: 'leads-refused', cause: REASON.cause };
    const died = (dead: number) =>
      expect.objectContaining({
        ...ofIt,
        transition: 'triggered',
        what: REASON.what,
        remedy: REASON.remedy,
        dead,
      });
    const first = await schema.settled(lane, end);
    const second = await schema.settled(lane, end);
    await schema.settled(lane, end, lead({ isTest: true }));
    await schema.settled(lane, WRITTEN);
    expect(await told()).toEqual([died(1), died(2)]);
    const replayed = async (leadId: string): Promise<void> => {
      await sql`update deliveries set state = 'pending', due_at = now() where lead_id = ${leadId}`.execute(
        database,
      );
      const [delivery] = (await nextDeliveries(database, lane, new Set(), 1)).due;
      if (!delivery) throw new Error('nothing is due');
      await settle(lane, delivery, WRITTEN);
      await schema.settled(lane, WRITTEN);
    };
    await replayed(first);
    expect(await told()).toEqual([died(1), died(2), died(1)]);
    await replayed(second);
    expect(await told()).toEqual([
      ...[died(1), died(2), died(1)],
      expect.objectContaining({ ...ofIt, transition: 'cleared' }),
    ]);
  });

  test('what every lead there was died of goes on while they are dead, though others pass', async () => {
    const end: End = { kind: 'dead', reason: REASON, amongOthers: false };
    await schema.settled(lane, end);
    for (let more = 0; more < 3; more += 1) await schema.settled(lane, WRITTEN);
    expect((await outbox(topics.alerts.name)).map((value) => Alert.parse(value))).toMatchObject([
      { trouble: 'leads-refused', transition: 'triggered', dead: 1 },
    ]);
  });

  test('a lead that waits for an hour while its connection works is a trouble of its own, told once, until it is settled', async () => {
    const alerts = async (): Promise<Alert[]> =>
      (await outbox(topics.alerts.name)).map((value) => Alert.parse(value));
    await schema.takeIn(lead());
    const go = async (ms: number, end: End): Promise<void> => {
      const [delivery] = (await nextDeliveries(database, lane, new Set(), 1)).due;
      if (!delivery) throw new Error('it is not due');
      await settleDeliveries(database, lane, [{ delivery, end, at: new Date(NOW.getTime() + ms) }]);
    };
    const again: End = { kind: 'deferred', afterMs: 0, counts: true, reason: REASON };
    await go(0, again);
    await go(STUCK_AFTER_MS - 1, again);
    await sql`update lanes set away_since = now()`.execute(database);
    await go(STUCK_AFTER_MS, again);
    expect(await alerts()).toEqual([]);
    await sql`update lanes set away_since = null`.execute(database);
    await go(STUCK_AFTER_MS + 1, again);
    await go(2 * STUCK_AFTER_MS, again);
    const ofIt = { connectionId: CONNECTION, trouble: 'connection-warning', cause: REASON.cause };
    const told = { ...ofIt, transition: 'triggered', waiting: 1, since: NOW.toISOString() };
    expect(await alerts()).toMatchObject([told]);
    await go(3 * STUCK_AFTER_MS, WRITTEN);
    expect(await alerts()).toMatchObject([told, { ...ofIt, transition: 'cleared' }]);
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
    expect(await settle(lane, delivery, WRITTEN)).toBe(false);
    expect(await outcomes()).toEqual([]);
    expect(await settle(successor, delivery, WRITTEN)).toBe(true);
  });
});

test('what some leads are refused for while others pass is known to the next holder of the lane, by the word of its last alone', async () => {
  const known = [{ signature: 'privilege', at: NOW.getTime() }];
  await keepRefusedSome(database, lane, known);
  const next = await schema.claim('another');
  expect(next.refusedSome).toEqual(known);
  await keepRefusedSome(database, lane, []);
  expect((await schema.claim()).refusedSome).toEqual(known);
});
