import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { KeptRecord } from '@leads/kafka';
import { sql } from 'kysely';
import type { Lane } from './lanes/lane.ts';
import { nextDeliveries } from './lanes/deliveries.ts';
import { putRowsAside } from './lanes/put-rows-aside.ts';
import { PutBackDeliveries } from './put-back-deliveries.ts';
import { type DeliverySchema, lead, NOW, startDeliverySchema } from './testing/delivery-schema.ts';
import { OWN_CLOCK } from './testing/running-lane.ts';

let schema: DeliverySchema;
let lane: Lane;
let putBack: PutBackDeliveries;

beforeAll(async () => {
  schema = await startDeliverySchema();
  const unused = { alsoTakes: () => undefined };
  putBack = new PutBackDeliveries(schema.database, unused, { wake: () => undefined }, OWN_CLOCK);
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

/** Puts a delivery aside, as one that cannot be read is. @returns it as it is kept */
async function aside(content?: string): Promise<KeptRecord> {
  const accepted = lead();
  await schema.takeIn(accepted);
  if (content !== undefined) await sql`update deliveries set accepted = ${content}`.execute(schema.database);
  const row = { leadId: accepted.leadId, accepted: content ?? JSON.stringify(accepted), attempts: 0 };
  await putRowsAside(schema.database, lane, [{ ...row, isTest: false, why: 'Not yet.' }], NOW);
  const { rows } = await sql<Pick<KeptRecord, 'key' | 'value'>>`select key, value from undecodable`.execute(
    schema.database,
  );
  const { key = null, value = null } = rows[0] ?? {};
  return { partition: 0, offset: accepted.leadId, key, value, headers: [], timestamp: NOW };
}

test('a delivery that can be read by now waits in its lane again, counted as before, and that is told', async () => {
  const kept = await aside();
  expect(await putBack.takeAgain([kept])).toEqual([]);
  const { due } = await nextDeliveries(schema.database, lane, new Set(), 10);
  expect(due.map(({ accepted }) => accepted.leadId)).toEqual([kept.offset]);
  const { rows } = await sql<{ accepted: number; pending: number; dead: number }>`
    select accepted::int, pending::int, dead::int from totals
  `.execute(schema.database);
  expect(rows).toEqual([{ accepted: 1, pending: 1, dead: 0 }]);
  const told = await schema.database.selectFrom('outbox').select(['topic', 'value']).execute();
  expect(told.at(-1)).toMatchObject({
    topic: 'leads.outcomes.v1',
    value: expect.stringContaining('"cause":"replayed"'),
  });
});

test('one that still cannot be read stays as it is, and so does one that was put back before', async () => {
  const kept = await aside('{');
  expect(await putBack.takeAgain([kept])).toEqual([
    { partition: 0, offset: kept.offset, reason: 'This version cannot read the lead either.' },
  ]);
  await schema.begin();
  const other = await aside();
  await putBack.takeAgain([other]);
  // It has died since, of something else.
  await sql`update deliveries set state = 'dead'`.execute(schema.database);
  expect(await putBack.takeAgain([other])).toEqual([
    { partition: 0, offset: other.offset, reason: 'There is no dead lead of this content any more.' },
  ]);
});
