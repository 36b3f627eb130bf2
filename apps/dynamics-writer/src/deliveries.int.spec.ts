import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LeadOutcome, readMarketplaceLead, type topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import type { Received } from '@leads/kafka';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { type Delivery, type End, nextDeliveries, settleDeliveries } from './deliveries.ts';
import { Lane } from './lane.ts';
import { claimLanes } from './leases.ts';
import { TakeInLeads } from './take-in-leads.ts';
import type { WriterTables } from './tables.ts';

type AcceptedRecord = Received<typeof topics.leadsAccepted>;

const CONNECTION = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';
const NOW = new Date('2026-11-22T09:30:00Z');
const REASON = { cause: 'unreachable', what: 'No answer.', remedy: 'Nothing.' };

let server: TestDatabase;
let database: Kysely<WriterTables>;
let lane: Lane;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'writer', folder: new URL('../migrations/', import.meta.url) }),
  );
  database = openDatabase(
    { url: server.url, schema: 'writer', poolSize: 4, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate lanes, deliveries, outbox`.execute(database);
  await database
    .insertInto('lanes')
    .values({
      connection_id: CONNECTION,
      version: 1,
      organization: 'https://contoso.crm4.dynamics.com',
      state: 'published',
      secret_version: 1,
      owner: null,
    })
    .execute();
  lane = await claim('me');
});

async function claim(instance: string): Promise<Lane> {
  const [facts] = await claimLanes(database, instance, 1);
  if (!facts) throw new Error('no lane was free');
  return new Lane(facts);
}

function accepted(leadId: string = randomUUID(), offerTitle = 'Contoso Analytics'): AcceptedRecord {
  const lead = readMarketplaceLead({ offerTitle });
  if (!lead) throw new Error('not a lead');
  return {
    value: {
      leadId,
      connectionId: CONNECTION,
      acceptedAt: NOW.toISOString(),
      isTest: false,
      lead,
      original: '{}',
    },
    key: CONNECTION,
    partition: 0,
    offset: '0',
    timestamp: NOW,
  };
}

async function takeIn(...records: AcceptedRecord[]): Promise<void> {
  await new TakeInLeads(database).takeIn(records);
}

/** Settles one delivery. */
async function settle(holder: Lane, delivery: Delivery, end: End): Promise<boolean> {
  const settled = await settleDeliveries(database, holder, [{ delivery, end, at: NOW }]);
  return settled.includes(delivery.accepted.leadId);
}

async function due(limit = 10): Promise<string[]> {
  const { due: deliveries } = await nextDeliveries(database, lane, new Set(), limit);
  return deliveries.map((delivery) => delivery.accepted.leadId);
}

async function outcomes(): Promise<LeadOutcome[]> {
  const rows = await database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map((row) => LeadOutcome.parse(JSON.parse(row.value)));
}

describe('taking leads in', () => {
  test('a record that comes again changes nothing, even after the lead was written', async () => {
    const record = accepted();
    await takeIn(record, record);
    const [delivery] = (await nextDeliveries(database, lane, new Set(), 10)).due;
    if (!delivery) throw new Error('nothing is due');
    await settle(lane, delivery, { kind: 'written' });
    await takeIn(record);
    expect(await due()).toEqual([]);
    expect(await database.selectFrom('deliveries').selectAll().execute()).toHaveLength(1);
  });

  test('a whole batch is taken in as it came, whatever its texts hold', async () => {
    const leads = Array.from({ length: 300 }, (_, index) =>
      accepted(undefined, `"quote" \\ {} , 🙂 ${index}`),
    );
    await takeIn(...leads);
    expect((await due(500)).sort()).toEqual(leads.map(({ value }) => value.leadId).sort());
  });
});

describe('what is due', () => {
  test('leads under way are passed over, and the wait is until the next one', async () => {
    const [first, second, later] = [accepted(), accepted(), accepted()];
    await takeIn(first, second, later);
    await sql`update deliveries set due_at = now() + interval '40 s' where lead_id = ${later.value.leadId}`.execute(
      database,
    );
    const next = await nextDeliveries(database, lane, new Set([first.value.leadId]), 10);
    expect(next.due.map((delivery) => delivery.accepted.leadId)).toEqual([second.value.leadId]);
    expect(next.waitMs).toBeGreaterThan(30_000);
    expect(next.waitMs).toBeLessThanOrEqual(40_000);
  });
});

describe('settling', () => {
  async function one(): Promise<Delivery> {
    await takeIn(accepted());
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
    await sql`update lanes set leased_until = now() - interval '1 s'`.execute(database);
    const successor = await claim('somebody else');
    expect(await settle(lane, delivery, { kind: 'written' })).toBe(false);
    expect(await outcomes()).toEqual([]);
    expect(await settle(successor, delivery, { kind: 'written' })).toBe(true);
  });
});
