import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@leads/testing';
import { settleDeliveries, type Settlement } from './deliveries.ts';
import { type Emulators, startEmulators } from './testing/emulators.ts';
import { claimLane, runLane } from './testing/running-lane.ts';
import { lead, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let emulators: Emulators;

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
});
afterAll(async () => {
  await schema.close();
  await emulators.close();
});
beforeEach(async () => {
  await schema.begin();
});

test('a request need not wait until it is written down what became of the one before', async () => {
  const organization = await emulators.organization({});
  await schema.takeIn(...Array.from({ length: 12 }, () => lead()));
  const lane = await claimLane(schema.database, organization);
  const slowDatabase = Promise.withResolvers<void>();
  const add = async (settlements: Settlement[]): Promise<void> => {
    await slowDatabase.promise;
    await settleDeliveries(schema.database, lane, settlements);
  };
  const running = runLane(schema, lane, organization, { mostAtATime: 4, bulk: 'off', settle: { add } });
  try {
    // A lane that nobody wakes looks every five seconds: it would need two looks for the last eight.
    await eventually(
      async () => {
        const { count } = await emulators.control('GET', `organizations/${organization.host}/leads/count`);
        expect(count).toBe(12);
      },
      { timeoutMs: 9_000 },
    );
  } finally {
    slowDatabase.resolve();
    await running.stop();
  }
  const written = schema.database.selectFrom('deliveries').select('lead_id').where('state', '=', 'written');
  expect(await written.execute()).toHaveLength(12);
});
