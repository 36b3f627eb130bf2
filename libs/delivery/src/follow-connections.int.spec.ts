import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ConnectionChanged, type topics } from '@leads/contracts';
import { FollowConnections } from './follow-connections.ts';
import { nextDeliveries } from './lanes/deliveries.ts';
import { Lane } from './lanes/lane.ts';
import { claimLanes } from './lanes/leases.ts';
import {
  lead,
  REASON,
  received,
  startDeliverySchema,
  type DeliverySchema,
} from './testing/delivery-schema.ts';

const samples = new URL('../../contracts/samples/events/', import.meta.url);
const MAPPED = ConnectionChanged.parse(
  JSON.parse(readFileSync(new URL('connections.v1.mapped.json', samples), 'utf8')),
);

let schema: DeliverySchema;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.begin();
  await schema.database.deleteFrom('lanes').execute();
});

async function follow(...changes: Partial<ConnectionChanged>[]): Promise<void> {
  const records = changes.map((change) => received<typeof topics.connections>({ ...MAPPED, ...change }));
  await new FollowConnections(schema.database).follow(records);
}

async function lane(): Promise<Lane | undefined> {
  await schema.database
    .updateTable('lanes')
    .set({ leased_until: new Date(0) })
    .execute();
  const [facts] = await claimLanes(schema.database, 'me', 1);
  return facts && new Lane(facts);
}

describe('a connection that was saved', () => {
  test('has a lane, with its own mapping', async () => {
    await follow({});
    expect(await lane()).toMatchObject({
      connectionId: MAPPED.connectionId,
      url: MAPPED.url,
      mapping: MAPPED.mapping,
    });
  });

  test('anew takes the place of the older one, and an older one changes nothing', async () => {
    await follow({ version: 3, mapping: undefined }, { version: 2, url: 'https://old.crm.dynamics.com' });
    const held = await lane();
    expect(held).toMatchObject({ url: MAPPED.url, version: 3 });
    expect(held?.mapping).toBeUndefined();
    await follow({ version: 4, secretVersion: 9 });
    expect(await lane()).toMatchObject({ version: 4, secretVersion: 9, mapping: MAPPED.mapping });
  });

  test('says what is done with leads for another partner', async () => {
    await follow({ version: 3 });
    expect(await lane()).toMatchObject({ otherPartnerLeads: 'written' });
    await follow({ version: 4, otherPartnerLeads: 'not-written' });
    expect(await lane()).toMatchObject({ otherPartnerLeads: 'not-written' });
    await schema.database.updateTable('lanes').set({ other_partner_leads: 'of a newer version' }).execute();
    expect(await lane()).toMatchObject({ otherPartnerLeads: 'written' });
  });

  test('as a draft holds its leads until it is published', async () => {
    await follow({ version: 3, state: 'draft' });
    const held = await lane();
    if (!held) throw new Error('no lane');
    await schema.takeIn(lead({ connectionId: MAPPED.connectionId }));
    const due = async (of: Lane) => (await nextDeliveries(schema.database, of, new Set(), 10)).due;
    expect(await due(held)).toEqual([]);
    await follow({ version: 4, state: 'published' });
    const open = await lane();
    expect(await due(open ?? held)).toHaveLength(1);
  });

  test('as paused or deleted has nobody to drain it', async () => {
    await follow({ version: 3, state: 'paused' });
    expect(await lane()).toBeUndefined();
    await follow({ version: 4, state: 'published' });
    expect(await lane()).toBeDefined();
    await follow({ version: 5, state: 'deleted' });
    expect(await lane()).toBeUndefined();
  });

  test('has its leads tried at once, whatever they waited for', async () => {
    await follow({ version: 3 });
    const held = await lane();
    if (!held) throw new Error('no lane');
    const waiting = lead({ connectionId: MAPPED.connectionId });
    await schema.settled(
      held,
      { kind: 'deferred', afterMs: 3_600_000, counts: true, reason: REASON },
      waiting,
    );
    const due = async () => (await nextDeliveries(schema.database, held, new Set(), 10)).due;
    expect(await due()).toEqual([]);
    // Told again, it is nobody's save.
    await follow({ version: 2 }, { version: 3 });
    expect(await due()).toEqual([]);
    await follow({ version: 4 });
    expect(await due()).toHaveLength(1);
  });
});
