import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Alert, type Mapping } from '@leads/contracts';
import { lead, type RunningLane } from '@leads/delivery/testing';
import {
  contoso,
  eventually,
  type OrganizationSettings,
  type RunningEmulators,
  startEmulators,
} from '@leads/testing';
import { makeOrganization, type Organization } from './testing/organization.ts';
import { drainInto } from './testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let emulators: RunningEmulators;
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
  settings: Partial<OrganizationSettings>,
  mapping?: Mapping,
): Promise<Record<string, unknown>[]> {
  const organization: Organization = await makeOrganization(emulators, settings);
  const changes = { mapping: mapping ? JSON.stringify(mapping) : null };
  await schema.database.updateTable('lanes').set(changes).execute();
  await schema.takeIn(...Array.from({ length: count }, () => lead()));
  running = await drainInto(schema, organization);
  await eventually(async () => {
    const waiting = schema.database.selectFrom('deliveries').select('lead_id').where('state', '=', 'pending');
    expect(await waiting.execute()).toEqual([]);
  });
  return records(organization);
}

function records({ host }: Organization): Promise<Record<string, unknown>[]> {
  return emulators.control.leads(host);
}

/** What has become of the leads that were taken in. */
async function states(): Promise<string[]> {
  const rows = await schema.database.selectFrom('deliveries').select('state').execute();
  return rows.map(({ state }) => state).sort();
}

test('whatever a customer typed is written', async () => {
  const organization = await makeOrganization(emulators);
  const odd = fc.string({
    maxLength: 300,
    unit: fc.oneof(
      fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('\uD83D', '\uFFFE', '\u000B'),
    ),
  });
  const leads = fc.sample(fc.tuple(odd, odd, odd), 150).map(([lastName, company, description]) => {
    const accepted = lead();
    Object.assign(accepted.lead, { description });
    Object.assign(accepted.lead.customer, { lastName, company });
    return accepted;
  });
  await schema.takeIn(...leads);
  running = await drainInto(schema, organization);
  await eventually(async () => expect(await states()).toEqual(Array(leads.length).fill('written')));
  const requests = await emulators.control.requests({ host: organization.host });
  expect(requests.filter(({ method, status }) => method === 'POST' && status >= 400)).toEqual([]);
});

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
    const organization = await makeOrganization(emulators);
    await schema.takeIn(lead());
    running = await drainInto(schema, organization);
    await eventually(async () => expect(await states()).toEqual(['written']));
    await emulators.control.changeOrganization(organization.host, {
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

  test('fits a lead table that takes several MiB to describe', async () => {
    const padding = { columns: 1_500, options: 8_000, languages: 7 };
    const constants = { new_manyoptions: 'Option 7999', new_text0007: 'x'.repeat(200) };
    const delivered = await deliver(count, { padding }, { constants });
    expect(delivered.map((record) => record['new_manyoptions'])).toEqual(Array(count).fill(100_007_998));
    expect(await alerts()).toEqual([expect.stringContaining('longer than the 100 characters')]);
  });

  test('fits columns that are made smaller twice within seconds', async () => {
    const organization = await makeOrganization(emulators);
    await schema.takeIn(lead());
    running = await drainInto(schema, organization);
    await eventually(async () => expect(await states()).toEqual(['written']));
    let taken = 1;
    for (const maxLength of [12, 8]) {
      const columns = [{ logicalName: 'subject', type: 'string' as const, maxLength }];
      await emulators.control.changeOrganization(organization.host, { columns });
      await schema.takeIn(...Array.from({ length: count }, () => lead()));
      taken += count;
      await eventually(async () => expect(await states()).toEqual(Array(taken).fill('written')));
    }
    const subjects = (await records(organization)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'Contoso…')).toHaveLength(count);
  });

  test('is dead when it is refused for a column that has not changed', async () => {
    const organization = await makeOrganization(emulators);
    const code = '0x80044331';
    const body = { error: { code, message: 'The length exceeded the maximum allowed length.' } };
    const fault = {
      host: organization.host,
      match: { method: 'POST' },
      kind: 'status' as const,
      status: 400,
      body,
    };
    await emulators.control.addFault(fault);
    await schema.takeIn(...Array.from({ length: count }, () => lead()));
    running = await drainInto(schema, organization);
    await eventually(async () => expect(await states()).toEqual(Array(count).fill('dead')));
    const attempts = await schema.database.selectFrom('deliveries').select('attempts').execute();
    expect(attempts).toEqual(Array(count).fill({ attempts: 2 }));
  });
});

/** What the contacts were warned of. */
async function alerts(): Promise<string[]> {
  const rows = await schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', 'alerts.v1')
    .orderBy('id')
    .execute();
  return rows.map(({ value }) => Alert.parse(JSON.parse(value)).what);
}

const CAMPAIGN = '0195b7a6-1111-4222-8333-444455556666';
const campaign: Partial<OrganizationSettings> = {
  columns: [
    { logicalName: 'new_campaign', schemaName: 'new_Campaign', type: 'lookup', targets: ['campaigns'] },
  ],
};
/** The role of the guide without what binding lookups wants. */
const withoutAppend: Partial<OrganizationSettings> = {
  switches: { handMadeGrantsRequired: false },
  roles: [
    {
      name: 'Microsoft Marketplace Lead Writer',
      privileges: Object.fromEntries(
        ['CreateLead', 'ReadLead', 'ReadSolution', 'ReadEntity', 'ReadAttribute', 'ReadRelationship'].map(
          (name) => [`prv${name}`, 'Global' as const],
        ),
      ),
    },
  ],
};
const boundBy = (name: string): Mapping => ({ lookups: { [name]: `/campaigns(${CAMPAIGN})` } });

describe.each([
  ['a lone lead', 1],
  ['a backlog', 30],
])('%s is written', (_case, count) => {
  test.each(['new_Campaign', 'new_campaign', 'NEW_CAMPAIGN'])('bound by the lookup %s', async (name) => {
    const delivered = await deliver(count, campaign, boundBy(name));
    expect(delivered.map((record) => record['_new_campaign_value'])).toEqual(Array(count).fill(CAMPAIGN));
    expect(await alerts()).toEqual([]);
  });

  test.each<[string, Partial<OrganizationSettings>, Mapping, RegExp, string]>([
    [
      'a lookup that is not there',
      campaign,
      boundBy('new_Champagne'),
      /no such lookup.*new_Campaign/,
      '_new_campaign_value',
    ],
    [
      'a lookup whose record is gone',
      { ...campaign, records: { campaigns: [] } },
      boundBy('new_campaign'),
      /is not there/,
      '_new_campaign_value',
    ],
    [
      'a lookup that the role may not bind',
      { ...campaign, ...withoutAppend },
      boundBy('new_campaign'),
      /"new_Campaign": its roles lack Append on leads and Append To on the table campaign/,
      '_new_campaign_value',
    ],
    [
      'a secured column of ours',
      {
        columns: [
          {
            logicalName: 'leadsourcecode',
            type: 'picklist',
            secured: true,
            options: [{ value: 8, label: 'Web' }],
          },
        ],
      },
      {},
      /leadsourcecode.*column security profile with Create/,
      'leadsourcecode',
    ],
    [
      'an option that a global choice does not have',
      {
        columns: [
          {
            logicalName: 'new_tier',
            type: 'picklist',
            globalOptionSet: 'new_tiers',
            options: [{ value: 7, label: 'Gold' }],
          },
        ],
      },
      { constants: { new_tier: 9 } },
      /new_tier.*7 Gold/,
      'new_tier',
    ],
    [
      'a column that nobody fills',
      { columns: [{ logicalName: 'new_score', type: 'integer', validForCreate: false }] },
      { constants: { new_score: 9 } },
      /new_score.*cannot be filled/,
      'new_score',
    ],
    [
      'the moment of creation, which takes a privilege',
      {},
      { columns: { overriddencreatedon: 'requestedAt' } },
      /may not fill.*overriddencreatedon/,
      'overriddencreatedon',
    ],
  ])('without %s, and one warning', async (_what, settings, mapping, warning, column) => {
    const delivered = await deliver(count, settings, mapping);
    expect(delivered).toHaveLength(count);
    for (const record of delivered) expect(record[column] ?? null).toBeNull();
    expect(await alerts()).toEqual([expect.stringMatching(warning)]);
  });

  test('without a lookup that Dynamics refuses to bind, where the privileges could not be read ahead', async () => {
    const fault = {
      match: { path: 'RetrieveUserPrivileges', inBatch: true },
      kind: 'status' as const,
      status: 404,
    };
    await emulators.control.addFault(fault);
    try {
      const delivered = await deliver(count, { ...campaign, ...withoutAppend }, boundBy('new_campaign'));
      for (const record of delivered) expect(record['_new_campaign_value'] ?? null).toBeNull();
    } finally {
      await emulators.control.clearFaults();
    }
    expect(await alerts()).toEqual([expect.stringMatching(/Append on leads, or Append To on the other/)]);
  });

  test('bound where Dynamics takes it, whatever the privileges say, and nothing is amiss any more', async () => {
    const { switches, ...roles } = withoutAppend;
    const settings = { ...campaign, ...roles, switches: { ...switches, lookupsNeedAppend: false } };
    const delivered = await deliver(count, settings, boundBy('new_campaign'));
    expect(delivered.map((record) => record['_new_campaign_value'])).toEqual(Array(count).fill(CAMPAIGN));
    await eventually(async () =>
      expect(await alerts()).toEqual([expect.stringMatching(/lack Append/), 'It is in order again.']),
    );
  });

  test('with the moment the customer asked, as the record’s own where a privilege permits it', async () => {
    const privileges = { prvCreateLead: 'Basic', prvReadLead: 'Basic', prvReadEntity: 'Global' } as const;
    const mayOverride = { ...privileges, prvOverrideCreatedOnCreatedBy: 'Global' } as const;
    const organization = await makeOrganization(emulators, {
      roles: [{ name: 'Microsoft Marketplace Lead Writer', privileges: mayOverride }],
      switches: { handMadeGrantsRequired: false },
    });
    const mapping: Mapping = { columns: { overriddencreatedon: 'requestedAt' } };
    await schema.database
      .updateTable('lanes')
      .set({ mapping: JSON.stringify(mapping) })
      .execute();
    const receivedAt = '2026-11-20T07:15:00.000Z';
    await schema.takeIn(...Array.from({ length: count }, () => lead({ receivedAt })));
    running = await drainInto(schema, organization);
    await eventually(async () => expect(await states()).toEqual(Array(count).fill('written')));
    for (const record of await records(organization)) {
      expect(record['createdon']).toMatch(/^2026-11-20T07:15:00/);
      expect(record['description']).toMatch(/Asked on .*20.* 07:15/);
    }
    expect(await alerts()).toEqual([]);
  });

  test('with what a customer said in a secured column in its description, and one warning', async () => {
    const columns = [{ logicalName: 'companyname', type: 'string' as const, maxLength: 100, secured: true }];
    const accepted = Array.from({ length: count }, () => lead());
    for (const {
      lead: { customer },
    } of accepted)
      customer.company = 'Fabrikam';
    const organization = await makeOrganization(emulators, { columns });
    await schema.takeIn(...accepted);
    running = await drainInto(schema, organization);
    await eventually(async () => expect(await states()).toEqual(Array(count).fill('written')));
    for (const record of await records(organization)) {
      expect(record['companyname'] ?? null).toBeNull();
      expect(record['description']).toContain('Company in full: Fabrikam');
    }
    expect(await alerts()).toEqual([
      expect.stringMatching(/companyname.*column security profile with Create/),
    ]);
  });

  test('with a secured column that a profile lets its user fill', async () => {
    const columns = [{ logicalName: 'companyname', type: 'string' as const, maxLength: 100, secured: true }];
    const applicationUsers = [{ applicationId: contoso.applicationId, permittedColumns: ['companyname'] }];
    const mapping: Mapping = { constants: { companyname: 'Fabrikam' } };
    const delivered = await deliver(count, { columns, applicationUsers }, mapping);
    expect(delivered.map((record) => record['companyname'])).toEqual(Array(count).fill('Fabrikam'));
    expect(await alerts()).toEqual([]);
  });
});
