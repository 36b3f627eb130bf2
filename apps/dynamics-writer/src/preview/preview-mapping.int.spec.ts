import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import { Limits } from '@leads/delivery';
import { CONNECTION } from '@leads/delivery/testing';
import { contoso, type OrganizationSettings, type RunningEmulators, startEmulators } from '@leads/testing';
import { makeOrganization, type Organization } from '../testing/organization.ts';
import { dynamics, tokensFor } from '../testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from '../testing/writer-schema.ts';
import type { Token, Tokens } from '../tokens/tokens.ts';

const ROLE = 'Microsoft Marketplace Lead Writer';
const HERE = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
const GONE = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7eff';

let schema: WriterSchema;
let emulators: RunningEmulators;
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

const text = (logicalName: string, more: object = {}): object => ({
  ...{ logicalName, type: 'string', maxLength: 100 },
  ...more,
});

/** An organisation whose lead writer may read campaigns, and the connection's lane pointed at it. */
async function organizationWith(
  changes: Partial<OrganizationSettings> = {},
  mayBind = true,
): Promise<Organization> {
  const roles = [
    {
      name: ROLE,
      privileges: {
        ...{ prvCreateLead: 'Basic', prvReadSolution: 'Global', prvReadCampaign: 'Global' },
        ...{ prvReadEntity: 'Global', prvReadAttribute: 'Global', prvReadRelationship: 'Global' },
        ...(mayBind && { prvAppendLead: 'Basic', prvAppendToCampaign: 'Global' }),
      },
    },
  ] as OrganizationSettings['roles'];
  const organization = await makeOrganization(emulators, {
    applicationUsers: [{ applicationId: contoso.applicationId, permittedColumns: ['contoso_open'] }],
    ...(roles && { roles }),
    columns: [
      { logicalName: 'new_campaign', schemaName: 'new_Campaign', type: 'lookup', targets: ['campaigns'] },
      { logicalName: 'contoso_tier', type: 'picklist', options: [{ value: 7, label: 'Gold' }] },
      text('contoso_note'),
      text('contoso_closed', { secured: true }),
      text('contoso_open', { secured: true }),
      text('contoso_made', { validForCreate: false }),
    ],
    records: { campaigns: [HERE] },
    ...changes,
  } as Partial<OrganizationSettings>);
  await schema.database.updateTable('lanes').set({ url: organization.organization }).execute();
  return organization;
}

/** Asks an instance that knows nothing but what is in the database. */
async function preview(
  organization: Organization,
  mapping: MappingPreviewRequest['mapping'],
  { tokens = tokensFor(organization), ...changes }: Partial<MappingPreviewRequest> & { tokens?: Tokens } = {},
): Promise<MappingPreview> {
  const limits = new Limits();
  const request = { version: 1, mapping, withinMs: 30_000, ...changes };
  const instance = dynamics(schema, organization.resolver, tokens);
  const answer = await instance.preview(CONNECTION, request, () => limits);
  if (!answer) throw new Error('there is no such connection');
  return answer;
}

async function questions({ host }: Organization): Promise<number> {
  return (await emulators.control.requests({ host })).length;
}

/** Lets the kept reading have been read so long ago, in minutes. */
async function age(minutes: number): Promise<void> {
  const read_at = new Date(Date.now() - minutes * 60_000);
  await schema.database.updateTable('readings').set({ read_at }).execute();
}

const FAULTLESS = {
  columns: { contoso_note: 'offer', contoso_open: 'leadId' },
  lookups: { new_campaign: `/campaigns(${HERE})` },
} as const;

describe('a preview of a mapping', () => {
  test('names every entry that the organization would not take, and shows the record without them', async () => {
    const organization = await organizationWith();
    const mapping: MappingPreviewRequest['mapping'] = {
      constants: { contoso_tier: 9 },
      columns: { contoso_closed: 'offer', contoso_made: 'offer', contoso_note: 'offer' },
      lookups: { new_Champagne: `/campaigns(${HERE})`, new_campaign: `/campaigns(${GONE})` },
    };
    const { faults, record, unchecked, readAt } = await preview(organization, mapping);
    expect(faults.map(({ pointer, effect }) => [pointer, effect]).sort()).toEqual(
      [
        '/mapping/columns/contoso_closed',
        '/mapping/columns/contoso_made',
        '/mapping/constants/contoso_tier',
        '/mapping/lookups/new_Champagne',
        '/mapping/lookups/new_campaign',
      ].map((pointer) => [pointer, 'left-out']),
    );
    expect(unchecked).toEqual([]);
    expect(readAt).toBeDefined();
    expect(record).toMatchObject({ contoso_note: 'contoso.contoso-analytics', lastname: 'Anders' });
    expect(Object.keys(record).filter((name) => /^contoso_|@odata/.test(name))).toEqual(['contoso_note']);
  });

  test('without fault is answered by any instance from the reading that is kept, which writes nothing', async () => {
    const organization = await organizationWith();
    const first = await preview(organization, FAULTLESS);
    expect(first).toMatchObject({ faults: [], unchecked: [] });
    const asked = await questions(organization);
    await age(60);
    const { faults, unchecked, record } = await preview(organization, FAULTLESS);
    expect([faults, unchecked]).toEqual([[], []]);
    expect(record).toMatchObject({ 'new_Campaign@odata.bind': `/campaigns(${HERE})` });
    // The campaign alone is looked up each time.
    expect(await questions(organization)).toBe(asked + 1);
    expect(await emulators.control.leads(organization.host)).toEqual([]);
  });

  test('names a lookup that the role may not bind, and shows the record without it', async () => {
    const organization = await organizationWith({}, false);
    const { faults, record, unchecked } = await preview(organization, FAULTLESS);
    expect([faults, unchecked]).toMatchObject([
      [{ pointer: '/mapping/lookups/new_campaign', what: expect.stringContaining('lack Append on leads') }],
      [],
    ]);
    expect(Object.keys(record).filter((name) => name.includes('@odata'))).toEqual([]);
  });

  test('calls nothing a fault before the organization was asked anew', async () => {
    const organization = await organizationWith();
    await preview(organization, {});
    await age(60);
    const columns = [text('contoso_new')] as OrganizationSettings['columns'];
    await emulators.control.changeOrganization(organization.host, { columns });
    expect(await preview(organization, { columns: { contoso_new: 'offer' } })).toMatchObject({ faults: [] });
  });

  test('takes nothing for a secured column of the standard record that is open by now', async () => {
    const secured = text('companyname', { secured: true });
    const columns = [secured] as OrganizationSettings['columns'];
    const organization = await organizationWith({ ...(columns && { columns }) });
    expect(await preview(organization, {})).toMatchObject({
      faults: [{ pointer: '/mapping', what: expect.stringContaining('"companyname" is secured') }],
    });
    await age(60);
    await emulators.control.changeOrganization(organization.host, {
      columns: [text('companyname')] as NonNullable<OrganizationSettings['columns']>,
    });
    const { faults, record } = await preview(organization, {});
    expect([faults, record['companyname']]).toEqual([[], 'Fabrikam']);
  });

  test('asks anew after a person has acted', async () => {
    const organization = await organizationWith();
    await preview(organization, FAULTLESS);
    await schema.database.updateTable('lanes').set({ lifted_at: new Date() }).execute();
    await emulators.control.changeOrganization(organization.host, { removedColumns: ['contoso_note'] });
    expect(await preview(organization, FAULTLESS)).toMatchObject({
      faults: [{ pointer: '/mapping/columns/contoso_note' }],
    });
  });

  test('that cannot be asked anew is made with what is kept, and says of when that is', async () => {
    const organization = await organizationWith();
    await preview(organization, {});
    await age(60);
    await emulators.control.changeOrganization(organization.host, { disabled: true });
    const mapping = { columns: { contoso_nothing: 'offer' } } as const;
    const { faults, unchecked } = await preview(organization, mapping);
    expect(faults).toMatchObject([{ pointer: '/mapping/columns/contoso_nothing' }]);
    expect(unchecked).toMatchObject([
      {
        pointer: '/mapping',
        what: expect.stringMatching(/what the organization said on .* not be asked anew/),
      },
    ]);
  });

  test('without a token is not checked, and says why without a word of the secret', async () => {
    const organization = await organizationWith();
    const reason = {
      ...{ cause: 'client-secret-expired', what: 'The client secret has expired.' },
      ...{ remedy: 'Make a new one.', transient: false },
    };
    const tokens = {
      tokenFor: (): Promise<Token> => Promise.resolve({ kind: 'refused', reason }),
      discard: () => false,
    } as unknown as Tokens;
    const { readAt, unchecked, record } = await preview(organization, FAULTLESS, { tokens });
    expect(readAt).toBeUndefined();
    expect(unchecked).toMatchObject([
      { pointer: '/mapping', what: expect.stringContaining('The client secret has expired.') },
    ]);
    expect(record).toMatchObject({ contoso_note: 'contoso.contoso-analytics' });
  });

  test('of an organization that hangs is answered in time, and says that it was not checked', async () => {
    const organization = await organizationWith();
    await emulators.control.addFault({ host: organization.host, kind: 'delay', delayMs: 20_000 });
    const { unchecked } = await preview(organization, FAULTLESS, { withinMs: 1_000 });
    await emulators.control.clearFaults();
    expect(unchecked).toMatchObject([
      { pointer: '/mapping', what: expect.stringContaining('no clear answer') },
    ]);
  });

  test('waits for the version that was just saved, and says where it did not come', async () => {
    const organization = await organizationWith();
    const next = preview(organization, FAULTLESS, { version: 2 });
    await schema.database.updateTable('lanes').set({ version: 2 }).execute();
    expect(await next).toMatchObject({ faults: [], unchecked: [] });
    expect(await preview(organization, FAULTLESS, { version: 3, withinMs: 500 })).toMatchObject({
      unchecked: [{ pointer: '/mapping', what: expect.stringContaining('has not heard of the connection') }],
    });
  });

  test('of a deleted connection there is none', async () => {
    const organization = await organizationWith();
    await schema.database.updateTable('lanes').set({ state: 'deleted' }).execute();
    await expect(preview(organization, FAULTLESS)).rejects.toThrow('no such connection');
  });
});
