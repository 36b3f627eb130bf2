/** Lookups as reality binds them: by the navigation property, whose case counts, to a record that is there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { errorOf, startContoso, type Contoso } from '../testing/contoso.ts';
import type { Answer } from '../testing/running.ts';

const { host } = CONTOSO;
const HERE = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
const GONE = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7eff';

let contoso: Contoso;
beforeAll(async () => {
  contoso = await startContoso();
});
afterAll(() => contoso.running.close());
beforeEach(async () => {
  await contoso.reset();
  await patch({
    columns: [
      { logicalName: 'new_campaign', schemaName: 'new_Campaign', type: 'lookup', targets: ['campaigns'] },
      {
        logicalName: 'new_source',
        schemaName: 'new_Source',
        type: 'lookup',
        targets: ['accounts', 'contacts'],
      },
    ],
  });
});

const patch = (changes: object): Promise<Answer> =>
  contoso.running.control('PATCH', `organizations/${host}`, changes);
const bind = (property: string, target: string, as: 'admin' | 'writer' = 'admin'): Promise<Answer> =>
  contoso.call('POST', 'leads', { body: { lastname: 'Doe', [`${property}@odata.bind`]: target }, as });

describe('a lookup', () => {
  test.each([
    ['the schema name', 'new_Campaign', 204],
    ['the column', 'new_campaign', 400],
    ['the schema name in another case', 'NEW_Campaign', 400],
    ['a table where there are several', 'new_Source_account', 204],
    ['none where there are several', 'new_Source', 400],
  ])('is bound by %s: %s', async (_case, property, status) => {
    const target = property.includes('ource') ? `/accounts(${HERE})` : `/campaigns(${HERE})`;
    const answer = await bind(property, target);
    expect(answer.status).toBe(status);
    if (status === 204) return;
    expect(errorOf(answer).code).toBe('0x80048d19');
    expect(errorOf(answer).message).toContain(`An undeclared property '${property}'`);
  });

  test('bound to a record that has gone is refused, in whatever form it is written', async () => {
    await patch({ records: { campaigns: [HERE] } });
    expect((await bind('new_Campaign', `/campaigns(${HERE})`)).status).toBe(204);
    const answer = await bind('new_Campaign', `/campaigns(${GONE})`);
    expect([answer.status, errorOf(answer)]).toEqual([
      404,
      { code: '0x80040217', message: `Entity 'campaign' With Id = ${GONE} Does Not Exist` },
    ]);
  });

  test('needs Append and Append To, unless the organization is lenient', async () => {
    const privileges = { prvCreateLead: 'Basic' };
    await patch({
      roles: [{ name: 'Microsoft Marketplace Lead Writer', privileges }],
      switches: { handMadeGrantsRequired: false },
    });
    const answer = await bind('new_Campaign', `/campaigns(${HERE})`, 'writer');
    expect([answer.status, errorOf(answer).message]).toEqual([
      403,
      expect.stringContaining('missing prvAppendLead privilege'),
    ]);
    await patch({ switches: { handMadeGrantsRequired: false, lookupsNeedAppend: false } });
    expect((await bind('new_Campaign', `/campaigns(${HERE})`, 'writer')).status).toBe(204);
  });

  test('is told of by ManyToOneRelationships', async () => {
    const path =
      "EntityDefinitions(LogicalName='lead')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencingEntityNavigationPropertyName,ReferencedEntity";
    const rows = (await contoso.call('GET', path, { as: 'writer' })).body()['value'];
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ReferencingAttribute: 'new_campaign',
          ReferencingEntityNavigationPropertyName: 'new_Campaign',
          ReferencedEntity: 'campaign',
        }),
        expect.objectContaining({
          ReferencingAttribute: 'new_source',
          ReferencingEntityNavigationPropertyName: 'new_Source_contact',
          ReferencedEntity: 'contact',
        }),
      ]),
    );
  });
});

describe('a choice', () => {
  const expand = async (name: string, sets: string): Promise<Record<string, unknown>> =>
    (
      await contoso.call(
        'GET',
        `EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='${name}')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=${sets}`,
        { as: 'writer' },
      )
    ).body();
  const both = 'OptionSet($select=Options),GlobalOptionSet($select=Options)';

  test('that is global has its options there, and OptionSet is empty', async () => {
    const options = [{ value: 100_000_000, label: 'Gold' }];
    const column = { logicalName: 'new_tier', type: 'picklist', options, globalOptionSet: 'new_tiers' };
    await patch({ columns: [column] });
    expect(await expand('new_tier', both)).toMatchObject({
      OptionSet: null,
      GlobalOptionSet: { Name: 'new_tiers', IsGlobal: true, Options: [{ Value: 100_000_000 }] },
    });
    expect(await expand('new_tier', 'OptionSet')).not.toHaveProperty('GlobalOptionSet');
  });

  test('that is local has them in OptionSet', async () => {
    expect(await expand('leadsourcecode', both)).toMatchObject({
      OptionSet: { IsGlobal: false },
      GlobalOptionSet: null,
    });
  });
});

test('a table that has grown for years is large', async () => {
  await patch({ padding: { columns: 1_500, options: 8_000, languages: 7 } });
  const attributes = "EntityDefinitions(LogicalName='lead')/Attributes";
  const all = await contoso.call('GET', attributes, { as: 'writer' });
  expect(all.text.length).toBeGreaterThan(1024 * 1024);
  const choices = await contoso.call(
    'GET',
    `${attributes}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet`,
    { as: 'writer' },
  );
  expect(choices.text.length).toBeGreaterThan(4 * 1024 * 1024);
  const many = (choices.body()['value'] as { LogicalName: string; OptionSet: { Options: unknown[] } }[]).find(
    ({ LogicalName }) => LogicalName === 'new_manyoptions',
  );
  expect(many?.OptionSet.Options).toHaveLength(8_000);
});

describe('a record of another table', () => {
  const read = (id: string, as: 'admin' | 'writer' = 'admin'): Promise<Answer> =>
    contoso.call('GET', `campaigns(${id})?$select=campaignid`, { as });

  test('is there or has gone, for whoever may read the table', async () => {
    const privileges = { prvReadCampaign: 'Global' };
    await patch({
      records: { campaigns: [HERE] },
      roles: [{ name: 'System Administrator', privileges }],
    });
    expect((await read(HERE)).body()).toMatchObject({ campaignid: HERE });
    const gone = await read(GONE);
    expect([gone.status, errorOf(gone).code]).toEqual([404, '0x80040217']);
    await patch({ roles: [{ name: 'System Administrator', privileges: {} }] });
    expect((await read(HERE)).status).toBe(403);
  });
});

describe('a secured column', () => {
  test('is told to its user, with what a profile lets fill', async () => {
    const secured = { type: 'string', maxLength: 100, secured: true };
    await patch({
      columns: ['new_open', 'new_closed'].map((logicalName) => ({ ...secured, logicalName })),
      applicationUsers: [{ applicationId: CONTOSO.clientId, permittedColumns: ['new_open'] }],
    });
    const described = await contoso.call(
      'GET',
      "EntityDefinitions(LogicalName='lead')/Attributes?$select=MetadataId,LogicalName,IsSecured",
      { as: 'writer' },
    );
    const attributes = described.body()['value'] as { MetadataId: string; LogicalName: string }[];
    const idOf = (name: string): string | undefined =>
      attributes.find(({ LogicalName }) => LogicalName === name)?.MetadataId;
    const { UserId } = (await contoso.call('GET', 'WhoAmI', { as: 'writer' })).body() as { UserId: string };
    const told = await contoso.call(
      'GET',
      `systemusers(${UserId})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
      { as: 'writer' },
    );
    expect(told.body()['AttributePrivileges']).toEqual([
      { AttributeId: idOf('new_open'), CanCreate: 4, CanRead: 4, CanUpdate: 4, CanReadUnmasked: 0 },
    ]);
    expect(idOf('new_closed')).toBeDefined();
  });

  test('is refused to all but those whom a profile lets fill it', async () => {
    const fill = (): Promise<Answer> =>
      contoso.call('POST', 'leads', { body: { lastname: 'Doe', leadsourcecode: 8 }, as: 'writer' });
    const options = [{ value: 8, label: 'Web' }];
    const secured = { logicalName: 'leadsourcecode', type: 'picklist', options, secured: true };
    await patch({ columns: [secured] });
    const answer = await fill();
    expect([answer.status, errorOf(answer)]).toEqual([
      403,
      { code: '0x8004f502', message: expect.stringContaining('leadsourcecode') },
    ]);
    await patch({
      applicationUsers: [{ applicationId: CONTOSO.clientId, permittedColumns: ['leadsourcecode'] }],
    });
    expect((await fill()).status).toBe(204);
  });
});

test('the moment of creation is overridden by those alone who may', async () => {
  const body = { lastname: 'Doe', overriddencreatedon: '2026-11-20T08:00:00Z' };
  const answer = await contoso.call('POST', 'leads', { body, as: 'writer' });
  expect([answer.status, errorOf(answer).message]).toEqual([
    403,
    expect.stringContaining('prvOverrideCreatedOnCreatedBy'),
  ]);
  const created = await contoso.call('POST', 'leads', {
    body,
    headers: { prefer: 'return=representation' },
  });
  expect(created.body()).toMatchObject({ createdon: '2026-11-20T08:00:00Z' });
});
