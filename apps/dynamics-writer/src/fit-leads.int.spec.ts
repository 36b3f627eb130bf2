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
  return records(organization);
}

async function records({ host }: Organization): Promise<Record<string, unknown>[]> {
  const { leads } = await emulators.control('GET', `organizations/${host}/leads`);
  return leads as Record<string, unknown>[];
}

/** What has become of the leads that were taken in. */
async function states(): Promise<string[]> {
  const rows = await schema.database.selectFrom('deliveries').select('state').execute();
  return rows.map(({ state }) => state).sort();
}

describe.each([
  ['a lone lead', 1],
  ['a backlog', 30],
])('%s', (_case, count) => {
  test('fits the real columns of its organisation from the first one on', async () => {
    const delivered = await deliver(count, {
      columns: [{ logicalName: 'subject', type: 'string', maxLength: 12 }],
      removedColumns: ['donotbulkemail'],
    });
    expect(delivered).toHaveLength(count);
    for (const record of delivered) {
      expect(record['subject']).toBe('Contoso "An…');
      expect(record['description']).toContain('Offer in full: Contoso "Analytics" 🙂');
    }
  });

  test('is mapped as its connection wants', async () => {
    const delivered = await deliver(
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
    expect(delivered).toHaveLength(count);
    for (const record of delivered) {
      expect(record).toMatchObject({
        contoso_topic: 'Contoso "Analytics" 🙂',
        contoso_tier: 7,
        _transactioncurrencyid_value: '0195b7a6-1111-4222-8333-444455556666',
      });
    }
  });

  test('fits what its administrator made of the columns meanwhile', async () => {
    const organization = await emulators.organization();
    await schema.takeIn(lead());
    running = runLane(schema, await claimLane(schema.database, organization), organization);
    await eventually(async () => expect(await states()).toEqual(['written']));
    await emulators.control('PATCH', `organizations/${organization.host}`, {
      columns: [{ logicalName: 'subject', type: 'string', maxLength: 12 }],
      removedColumns: ['donotbulkemail', 'leadsourcecode'],
    });
    const short = lead();
    short.lead.offerTitle = 'Short';
    await schema.takeIn(short, ...Array.from({ length: count }, () => lead()));
    await eventually(async () => expect(await states()).toEqual(Array(count + 2).fill('written')));
    const subjects = (await records(organization)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'Contoso "An…')).toHaveLength(count);
  });

  test('is dead when it is refused for a column that has not changed', async () => {
    const organization = await emulators.organization();
    const code = '0x80044331';
    const body = { error: { code, message: 'The length exceeded the maximum allowed length.' } };
    const fault = { host: organization.host, match: { method: 'POST' }, kind: 'status', status: 400, body };
    await emulators.control('POST', 'faults', fault);
    await schema.takeIn(...Array.from({ length: count }, () => lead()));
    running = runLane(schema, await claimLane(schema.database, organization), organization);
    await eventually(async () => expect(await states()).toEqual(Array(count).fill('dead')));
    const attempts = await schema.database.selectFrom('deliveries').select('attempts').execute();
    expect(attempts).toEqual(Array(count).fill({ attempts: 1 }));
  });
});
