import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Mapping } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { type Emulators, type Organization, startEmulators } from './testing/emulators.ts';
import { claimLane, type RunningLane, runLane } from './testing/running-lane.ts';
import { lead, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let emulators: Emulators;
let running: RunningLane | undefined;

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
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** The records that an organisation gets out of so many leads. */
async function deliver(
  count: number,
  settings: Record<string, unknown>,
  mapping?: Mapping,
): Promise<Record<string, unknown>[]> {
  const organization: Organization = await emulators.organization(settings);
  const changes = { mapping: mapping ? JSON.stringify(mapping) : null };
  await schema.database.updateTable('lanes').set(changes).execute();
  await schema.takeIn(...Array.from({ length: count }, () => lead()));
  running = runLane(schema, await claimLane(schema.database, organization), organization);
  await eventually(async () => {
    const waiting = schema.database.selectFrom('deliveries').select('lead_id').where('state', '=', 'pending');
    expect(await waiting.execute()).toEqual([]);
  });
  const { leads } = await emulators.control('GET', `organizations/${organization.host}/leads`);
  return leads as Record<string, unknown>[];
}

describe.each([
  ['a lone lead', 1],
  ['a backlog', 30],
])('%s', (_case, count) => {
  test('fits the real columns of its organisation from the first one on', async () => {
    const records = await deliver(count, {
      columns: [{ logicalName: 'subject', type: 'string', maxLength: 12 }],
      removedColumns: ['donotbulkemail'],
    });
    expect(records).toHaveLength(count);
    for (const record of records) {
      expect(record['subject']).toBe('Contoso "An…');
      expect(record['description']).toContain('Offer in full: Contoso "Analytics" 🙂');
    }
  });

  test('is mapped as its connection wants', async () => {
    const records = await deliver(
      count,
      {
        columns: [
          { logicalName: 'contoso_topic', type: 'string', maxLength: 100 },
          { logicalName: 'contoso_tier', type: 'picklist', options: [{ value: 7, label: 'Gold' }] },
        ],
      },
      {
        constants: { contoso_tier: 'gold', contoso_missing: 1 },
        targets: { offerTitle: 'contoso_topic' },
        lookups: { transactioncurrencyid: '/transactioncurrencies(0195b7a6-1111-4222-8333-444455556666)' },
      },
    );
    expect(records).toHaveLength(count);
    for (const record of records) {
      expect(record).toMatchObject({
        contoso_topic: 'Contoso "Analytics" 🙂',
        contoso_tier: 7,
        _transactioncurrencyid_value: '0195b7a6-1111-4222-8333-444455556666',
      });
    }
  });
});
