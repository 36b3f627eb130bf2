import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { LeadAccepted } from '@leads/contracts';
import { listen } from '@leads/database';
import { eventually } from '@leads/testing';
import { nextDeliveries } from './lanes/deliveries.ts';
import { laneChannel } from './lanes/lane-notice.ts';
import type { Lane } from './lanes/lane.ts';
import {
  CONNECTION,
  type DeliverySchema,
  lead,
  SCHEMA,
  startDeliverySchema,
  WRITTEN,
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

async function due(): Promise<LeadAccepted[]> {
  const { due: deliveries } = await nextDeliveries(schema.database, lane, new Set(), 500);
  return deliveries.map(({ accepted }) => accepted);
}

test('a record that comes again changes nothing, even after the lead was written', async () => {
  const record = lead();
  await schema.takeIn(record, record);
  expect(await due()).toEqual([record]);
  await schema.settled(lane, WRITTEN, record);
  await schema.takeIn(record);
  expect(await due()).toEqual([]);
  expect(await schema.database.selectFrom('deliveries').selectAll().execute()).toHaveLength(1);
});

test('a whole batch is taken in as it came, whatever its texts hold', async () => {
  const leads = Array.from({ length: 300 }, (_, index) => {
    const one = lead();
    return { ...one, lead: { ...one.lead, offerTitle: `"quote" \\ {} , 🙂 ${index}` } };
  });
  await schema.takeIn(...leads);
  const byId = (one: LeadAccepted, other: LeadAccepted): number => (one.leadId < other.leadId ? -1 : 1);
  expect((await due()).sort(byId)).toEqual([...leads].sort(byId));
});

test('a lead waits for a connection that is not known yet', async () => {
  const early = lead({ connectionId: randomUUID() });
  await schema.takeIn(early, lead());
  const rows = schema.database.selectFrom('deliveries').select('state').where('lead_id', '=', early.leadId);
  expect(await rows.execute()).toEqual([{ state: 'pending' }]);
  expect(await due()).toHaveLength(1);
});

test('the lanes of a batch are woken, each once', async () => {
  const heard: string[] = [];
  const ear = listen({
    url: schema.url,
    channel: laneChannel(SCHEMA),
    onMessage: (payload) => void heard.push(payload),
    onError: (error) => {
      throw error;
    },
  });
  try {
    const [one, other] = [randomUUID(), randomUUID()];
    // Until it listens, nothing is heard.
    await eventually(async () => {
      await schema.takeIn(lead());
      expect(heard).not.toEqual([]);
    });
    await schema.takeIn(...[one, other, one, other].map((connectionId) => lead({ connectionId })));
    const told = () => heard.filter((payload) => !payload.endsWith(CONNECTION)).sort();
    await eventually(() => expect(told()).toEqual([`leads:${one}`, `leads:${other}`].sort()));
  } finally {
    await ear.close();
  }
});
