import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConnectionChanged, LeadOutcome, topics } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
import { EndLeadsOfDeleted } from './end-leads-of-deleted.ts';
import { FollowConnections } from './follow-connections.ts';
import { MOST_IN_FLIGHT } from './lanes/leases.ts';
import { countLeads } from './metrics.ts';
import { ReplayLeads } from './replay-leads.ts';
import {
  CONNECTION,
  type DeliverySchema,
  lead,
  NOW,
  REASON,
  received,
  startDeliverySchema,
} from './testing/delivery-schema.ts';
import { runInstance, type RunningInstance } from './testing/running-instance.ts';
import { silent } from './testing/running-lane.ts';
import { TestDestination, written } from './testing/test-destination.ts';
import { deliverTestLead, testLead } from './validation/deliver-test-lead.ts';

const PATIENCE = { timeoutMs: 40_000 };
const samples = new URL('../../contracts/samples/events/', import.meta.url);
const SAVED = ConnectionChanged.parse(
  JSON.parse(readFileSync(new URL('connections.v1.published.json', samples), 'utf8')),
);

let schema: DeliverySchema;
let instance: RunningInstance | undefined;
let enders: EndLeadsOfDeleted[];

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.begin();
  await sql`update lanes set owner = null, leased_until = '-infinity'`.execute(schema.database);
  enders = [];
});
afterEach(async () => {
  await instance?.stop();
  instance = undefined;
  await Promise.all(enders.map((one) => one.beforeApplicationShutdown()));
});

function ender(): EndLeadsOfDeleted {
  const relay = { wake: () => undefined };
  const one = new EndLeadsOfDeleted(schema.database, relay, { name: 'There' }, { date: () => NOW }, silent);
  enders.push(one);
  return one;
}

const endAll = (): Promise<void> => ender().endAll(new AbortController().signal);

async function save(changes: Pick<ConnectionChanged, 'version' | 'state'>): Promise<void> {
  const value = { ...SAVED, connectionId: CONNECTION, ...changes };
  await new FollowConnections(schema.database).follow([received<typeof topics.connections>(value)]);
}

const remove = (): Promise<void> => save({ version: 2, state: 'deleted' });

/** What was told of leads, as `outcome cause attempts`, and how often. */
async function told(): Promise<Record<string, number>> {
  const rows = await schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', topics.leadsOutcomes.name)
    .execute();
  const words: Record<string, number> = {};
  for (const { value } of rows) {
    const outcome = LeadOutcome.parse(JSON.parse(value));
    const cause = outcome.outcome === 'written' ? '' : ` ${outcome.reason.cause}`;
    const word = `${outcome.outcome}${cause} ${outcome.attempts}`;
    words[word] = (words[word] ?? 0) + 1;
  }
  return words;
}

async function leasedUntil(): Promise<number> {
  const { rows } = await sql<{ at: Date }>`select leased_until as at from lanes`.execute(schema.database);
  return rows[0]?.at.getTime() ?? NaN;
}

async function alerts(): Promise<number> {
  const rows = schema.database.selectFrom('outbox').select('id').where('topic', '=', topics.alerts.name);
  return (await rows.execute()).length;
}

async function counted(): Promise<object | undefined> {
  const [count] = await countLeads(schema.database);
  if (count) expect(count.written + count.pending + count.dead + count.removed).toBe(count.accepted);
  return count;
}

describe('the deletion of a connection', () => {
  test('ends what waits, and says why; nobody is alarmed, and all is counted', async () => {
    await schema.takeIn(lead(), lead({ isTest: true }));
    const waited = lead();
    await schema.settled(
      await schema.claim(),
      { kind: 'deferred', afterMs: 3_600_000, counts: true, reason: REASON },
      waited,
    );
    await schema.claim('nobody');
    await sql`update lanes set owner = null, broken = '{}'`.execute(schema.database);
    await schema.database.deleteFrom('outbox').execute();
    await endAll();
    expect(await told()).toEqual({});
    await remove();
    await endAll();
    expect(await told()).toEqual({
      'dead connection-deleted 0': 2,
      'dead connection-deleted 1': 1,
    });
    expect(await alerts()).toBe(0);
    expect(await counted()).toMatchObject({ accepted: 2, pending: 0, dead: 2, lagSeconds: 0, broken: false });
  });

  test('ends what comes after it', async () => {
    await remove();
    await schema.takeIn(lead());
    await endAll();
    await schema.takeIn(lead());
    await endAll();
    expect(await told()).toEqual({ 'dead connection-deleted 0': 2 });
  });

  test('ends very many in batches, once each, though several instances are at it', async () => {
    await schema.takeIn(...Array.from({ length: 2_600 }, () => lead()));
    await remove();
    const sizes: number[] = [];
    jest.spyOn(silent, 'info').mockImplementation((ended) => {
      sizes.push((ended as { leads: number }).leads);
    });
    await Promise.all([endAll(), endAll(), endAll()]);
    await endAll();
    jest.restoreAllMocks();
    expect(await told()).toEqual({ 'dead connection-deleted 0': 2_600 });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(await counted()).toMatchObject({ accepted: 2_600, pending: 0, dead: 2_600 });
  });

  test('leaves what is in flight to whoever sent it: written where that is seen', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    const destination = new TestDestination({
      answer: async (ids) => {
        await answer;
        return ids.map(written);
      },
    });
    const [sent, waiting] = [lead(), lead()];
    await schema.takeIn(sent);
    instance = runInstance(schema, destination, 'a');
    await eventually(() => expect(destination.sent).toEqual([sent.leadId]), PATIENCE);
    await remove();
    ender().onApplicationBootstrap();
    // Once the round after the next has begun, whoever holds the lane has heard of it, and begins nothing more there.
    for (let round = 0; round < 2; round += 1) {
      const before = await leasedUntil();
      await eventually(async () => expect(await leasedUntil()).toBeGreaterThan(before), PATIENCE);
    }
    await schema.takeIn(waiting);
    expect(await told()).toEqual({});
    resolve();
    await eventually(
      async () => expect(await told()).toEqual({ 'written 1': 1, 'dead connection-deleted 0': 1 }),
      PATIENCE,
    );
    expect(await counted()).toMatchObject({ accepted: 2, written: 1, dead: 1, pending: 0 });
  });

  test('says of what a dead writer may have had in flight that nobody knows', async () => {
    await schema.takeIn(...Array.from({ length: MOST_IN_FLIGHT + 10 }, () => lead()));
    await remove();
    await sql`update lanes set owner = 'dead', leased_until = now() - interval '1 s'`.execute(
      schema.database,
    );
    await endAll();
    const rows = await schema.database.selectFrom('deliveries').select('last_failure').execute();
    const unknown = rows.filter(({ last_failure: reason }) => reason?.includes('an attempt got no answer'));
    expect([rows.length, unknown.length]).toEqual([MOST_IN_FLIGHT + 10, MOST_IN_FLIGHT]);
  });

  test('does not wait for a lead that cannot be read, whose content is kept', async () => {
    await schema.takeIn(lead(), lead());
    await sql`update deliveries set accepted = '{' where lead_id = (select lead_id from deliveries limit 1)`.execute(
      schema.database,
    );
    await remove();
    await endAll();
    expect(await told()).toEqual({ 'dead connection-deleted 0': 1, 'dead undecodable 0': 1 });
    const kept = await schema.database.selectFrom('undecodable').select('topic').execute();
    expect(kept).toEqual([{ topic: 'deliveries' }]);
  });

  test('has the test lead of a Validate that runs refused with that reason', async () => {
    const accepted = testLead('0195b7a2-6f1e-7c3a-9d2b-4e5f60718294', CONNECTION, NOW);
    const end = deliverTestLead(schema.database, accepted, 60_000, new AbortController().signal);
    await eventually(async () =>
      expect(await schema.database.selectFrom('deliveries').select('lead_id').execute()).toHaveLength(1),
    );
    await remove();
    await endAll();
    expect(await end).toMatchObject({ kind: 'refused', reason: { cause: 'connection-deleted' } });
  });
});

describe('a replay', () => {
  const replay = (replayId: string): Promise<void> =>
    new ReplayLeads(schema.database, { wake: () => undefined }, silent).replay([
      received<typeof topics.replays>({
        ...{ replayId, connectionId: CONNECTION, requestedBy: 'alex' },
        at: NOW.toISOString(),
      }),
    ]);

  test('of a deleted connection revives nothing; of one that is saved anew its leads are delivered', async () => {
    await schema.takeIn(lead());
    await remove();
    await endAll();
    await replay('0195b7a2-6f1e-7c3a-9d2b-4e5f60718295');
    expect(await counted()).toMatchObject({ dead: 1, pending: 0 });
    await save({ version: 3, state: 'published' });
    await replay('0195b7a2-6f1e-7c3a-9d2b-4e5f60718296');
    await endAll();
    const destination = new TestDestination();
    instance = runInstance(schema, destination, 'a');
    await eventually(async () => expect(await counted()).toMatchObject({ written: 1, dead: 0 }), PATIENCE);
  });
});
