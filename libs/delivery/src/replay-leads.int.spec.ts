import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LeadOutcome, type ReplayRequested, topics } from '@leads/contracts';
import { nextDeliveries } from './lanes/deliveries.ts';
import type { Lane } from './lanes/lane.ts';
import { countLeads } from './metrics.ts';
import { ReplayLeads } from './replay-leads.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  received,
  startDeliverySchema,
  WRITTEN,
  type DeliverySchema,
} from './testing/delivery-schema.ts';

let schema: DeliverySchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

async function replay(changes: Partial<ReplayRequested> = {}): Promise<ReplayRequested> {
  const requested: ReplayRequested = {
    replayId: randomUUID(),
    connectionId: CONNECTION,
    requestedBy: 'alex@contoso.example',
    at: NOW.toISOString(),
    ...changes,
  };
  const handler = new ReplayLeads(schema.database, { wake: () => undefined }, { info: () => undefined });
  await handler.replay([received<typeof topics.replays>(requested)]);
  return requested;
}

const dead = (): Promise<string> =>
  schema.settled(lane, { kind: 'dead', reason: REASON, amongOthers: false });

async function due(): Promise<string[]> {
  const { due: deliveries } = await nextDeliveries(schema.database, lane, new Set(), 100);
  return deliveries.map((delivery) => delivery.accepted.leadId).sort();
}

/** Kills a pending lead once more. */
async function killAgain(leadId: string): Promise<void> {
  await schema.database
    .updateTable('deliveries')
    .set({ state: 'dead', settled_at: NOW })
    .where('lead_id', '=', leadId)
    .execute();
}

describe('a replay', () => {
  test('of a selection sets just those pending that are dead and of this connection', async () => {
    const [chosen, other] = [await dead(), await dead()];
    const written = await schema.settled(lane, WRITTEN);
    await replay({ leadIds: [chosen, written, randomUUID()] });
    expect(await due()).toEqual([chosen]);
    await replay({ leadIds: [other], connectionId: randomUUID() });
    expect(await due()).toEqual([chosen]);
    expect(await countLeads(schema.database)).toEqual([
      expect.objectContaining({ accepted: 3, written: 1, pending: 1, dead: 1 }),
    ]);
  });

  test('of a connection sets all its dead leads pending', async () => {
    const all = [await dead(), await dead(), await dead()].sort();
    await replay();
    expect(await due()).toEqual(all);
  });

  test('that is read twice does not touch a lead that has died again in the meantime', async () => {
    const leadId = await dead();
    const requested = await replay();
    await killAgain(leadId);
    await replay(requested);
    expect(await due()).toEqual([]);
    await replay();
    expect(await due()).toEqual([leadId]);
  });

  test('is told of on the topic of outcomes, with the lead as it was', async () => {
    const accepted = lead();
    await schema.settled(lane, { kind: 'dead', reason: REASON, amongOthers: false }, accepted);
    await replay();
    const rows = await schema.database
      .selectFrom('outbox')
      .selectAll()
      .where('topic', '=', topics.leadsOutcomes.name)
      .orderBy('id')
      .execute();
    expect(rows.map(({ key }) => key)).toEqual([accepted.leadId, accepted.leadId]);
    expect(LeadOutcome.parse(JSON.parse(rows[1]?.value ?? ''))).toEqual(
      expect.objectContaining({
        outcome: 'deferred',
        leadId: accepted.leadId,
        attempts: 1,
        lead: accepted.lead,
        reason: expect.objectContaining({ cause: 'replayed' }),
      }),
    );
  });
});
