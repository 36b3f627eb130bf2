/** Reading leads and what is around them: requests and answers after Microsoft's documented examples. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { API, errorOf, startContoso, type Contoso } from '../testing/contoso.ts';
import { type Answer, type Running } from '../testing/running.ts';

const ID = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
const ABSENT = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7eff';
const { host } = CONTOSO;
const lead = { leadid: ID, subject: 'Contoso Analytics', lastname: 'Doe', emailaddress1: 'doe@example.com' };

let contoso: Contoso;
beforeAll(async () => {
  contoso = await startContoso();
});
afterAll(() => contoso.running.close());
beforeEach(() => contoso.reset());
const call: Contoso['call'] = (...given) => contoso.call(...given);
const control: Running['control'] = (...given) => contoso.running.control(...given);

describe('read', () => {
  beforeEach(async () => {
    for (const [subject, employees] of [
      ['b', 3],
      ['a', 2],
      ['c', 1],
      ["O'Hara", null],
    ] as const)
      await call('POST', 'leads', { body: { subject, numberofemployees: employees } });
  });
  const subjects = async (query: string): Promise<unknown[]> =>
    ((await call('GET', `leads?$select=subject&${query}`)).body()['value'] as { subject: unknown }[]).map(
      (row) => row.subject,
    );

  test('filters, sorts and limits', async () => {
    expect(await subjects('$orderby=subject')).toEqual(['a', 'b', 'c', "O'Hara"]);
    expect(await subjects("$filter=subject eq 'O''Hara'")).toEqual(["O'Hara"]);
    expect(await subjects('$filter=numberofemployees gt 1&$orderby=numberofemployees desc')).toEqual([
      'b',
      'a',
    ]);
    expect(await subjects('$filter=numberofemployees eq null')).toEqual(["O'Hara"]);
    expect(
      await subjects("$filter=startswith(subject,'o') or (subject eq 'a' and not contains(subject,'z'))"),
    ).toEqual(['a', "O'Hara"]);
    expect(await subjects('$orderby=subject&$top=2')).toEqual(['a', 'b']);
  });

  test('counts, and pages through with the next link', async () => {
    const first = await call('GET', 'leads?$select=subject&$orderby=subject&$count=true', {
      headers: { prefer: 'odata.maxpagesize=3' },
    });
    expect(first.body()).toMatchObject({ '@odata.count': 4 });
    expect(first.headers['preference-applied']).toBe('odata.maxpagesize=3');
    const next = new URL(String(first.body()['@odata.nextLink']));
    expect(next.host).toBe(host);
    const second = await call('GET', `leads${next.search}`);
    expect((second.body()['value'] as { subject: string }[]).map((row) => row.subject)).toEqual(["O'Hara"]);
    expect(second.body()['@odata.nextLink']).toBeUndefined();
    expect((await call('GET', 'leads/$count')).text).toBe('4');
  });

  test.each([
    ['$filter=nonsense eq 1', 400],
    ['$filter=subject eq', 400],
    ['$filter=length(subject) eq 1', 400],
    ['$select=nonsense', 400],
    ['$orderby=subject sideways', 400],
    ['$skip=3', 400],
    ['$top=-1', 400],
    ['$format=json', 400],
    ['$select=subject&$select=lastname', 400],
    ['$skiptoken=rubbish', 400],
    ['$filter=%E0%A4%A', 400],
  ])('refuses the query %s', async (query, status) => {
    expect((await call('GET', `leads?${query}`)).status).toBe(status);
  });
});

describe('preferences', () => {
  const all = { prefer: 'odata.include-annotations="*"' };

  test('all annotations bring formatted values, and details of errors', async () => {
    await call('POST', 'leads', { body: { ...lead, leadsourcecode: 8, donotemail: true } });
    const read = await call('GET', `leads(${ID})?$select=leadsourcecode,donotemail,subject`, {
      headers: all,
    });
    expect(read.body()).toMatchObject({
      leadsourcecode: 8,
      'leadsourcecode@OData.Community.Display.V1.FormattedValue': 'Web',
      'donotemail@OData.Community.Display.V1.FormattedValue': 'Yes',
    });
    const refused = await call('GET', `leads(${ABSENT})`, { headers: all });
    expect(Object.keys(errorOf(refused))).toContain('@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode');
    expect(Object.keys(errorOf(await call('GET', `leads(${ABSENT})`)))).toEqual(['code', 'message']);
  });

  test('plug-ins are left out for those who may ask for it', async () => {
    await control('PATCH', `organizations/${host}`, {
      plugins: [{ column: 'subject', text: 'No.' }],
    });
    const headers = { 'MSCRM.BypassBusinessLogicExecution': 'CustomSync' };
    expect((await call('POST', 'leads', { body: lead })).status).toBe(400);
    expect((await call('POST', 'leads', { body: lead, headers, as: 'writer' })).status).toBe(403);
    expect((await call('POST', 'leads', { body: lead, headers })).status).toBe(204);
  });

  test('long answers are compressed for those who take gzip', async () => {
    await call('POST', 'leads', { body: { ...lead, description: 'x'.repeat(2000) } });
    const plain = await call('GET', `leads(${ID})`);
    const zipped = await fetch(
      `http://127.0.0.1:${contoso.running.httpPort}/org/${host}${API}/leads(${ID})`,
      {
        headers: { authorization: `Bearer ${contoso.tokens.admin}` },
      },
    );
    expect([plain.headers['content-encoding'], zipped.headers.get('content-encoding')]).toEqual([
      undefined,
      'gzip',
    ]);
    expect(await zipped.json()).toMatchObject({ description: 'x'.repeat(2000) });
  });
});

describe('what is around the leads', () => {
  test.each([
    ['RetrieveVersion()', { Version: '9.2.26114.00168' }],
    [
      "solutions?$select=uniquename,version&$filter=uniquename eq 'MicrosoftMarketplacesLeadIntegrationSolution'",
      { value: [expect.objectContaining({ version: '1.0.0.0' })] },
    ],
    ["solutions?$filter=uniquename eq 'other'", { value: [] }],
    [
      "sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq 'lead'",
      { value: [expect.anything()] },
    ],
    [
      "EntityDefinitions(LogicalName='lead')?$select=SchemaName&$expand=Keys($select=KeyAttributes,EntityKeyIndexStatus)",
      {
        SchemaName: 'Lead',
        Keys: [expect.objectContaining({ KeyAttributes: ['sic'], EntityKeyIndexStatus: 'Active' })],
      },
    ],
    [
      "EntityDefinitions(LogicalName='lead')/Attributes/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,MaxLength",
      {
        value: expect.arrayContaining([expect.objectContaining({ LogicalName: 'subject', MaxLength: 300 })]),
      },
    ],
    [
      "EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='leadsourcecode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet",
      {
        OptionSet: expect.objectContaining({
          Options: expect.arrayContaining([expect.objectContaining({ Value: 8 })]),
        }),
      },
    ],
  ])('%s', async (path, expected) => {
    const answer = await call('GET', path, { as: path.startsWith('sdk') ? 'admin' : 'writer' });
    expect(answer.status).toBe(200);
    expect(answer.body()).toMatchObject(expected);
  });

  test('a user can ask for their own privileges', async () => {
    const { UserId: user } = (await call('GET', 'WhoAmI', { as: 'writer' })).body();
    const ask = (name: string): Promise<Answer> =>
      call(
        'GET',
        `systemusers(${String(user)})/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='${name}')`,
        { as: 'writer' },
      );
    expect((await ask('prvCreateLead')).body()['RolePrivileges']).toEqual([
      expect.objectContaining({ Depth: 'Basic' }),
    ]);
    expect((await ask('prvDeleteLead')).body()['RolePrivileges']).toEqual([]);
    const roles = await call('GET', `systemusers(${String(user)})/systemuserroles_association?$select=name`);
    expect(roles.body()['value']).toEqual([
      expect.objectContaining({ name: 'Microsoft Marketplace Lead Writer' }),
    ]);
  });

  test('an organization without Sales has no lead table', async () => {
    await control('PATCH', `organizations/${host}`, { hasLeadTable: false });
    const answer = await call('POST', 'leads', { body: lead });
    expect([answer.status, errorOf(answer).message]).toEqual([
      404,
      "Resource not found for the segment 'leads'.",
    ]);
  });

  test.each([
    ['PUT', 'leads', 405],
    ['POST', `leads(${ID})`, 405],
    ['DELETE', 'solutions', 405],
    ['GET', 'nonsense', 404],
    ['GET', `leads(${ABSENT})`, 404],
    ['DELETE', `leads(${ABSENT})`, 404],
    ['GET', 'leads(1)', 400],
    ['GET', 'leads/%', 400],
    ['GET', 'constructor', 404],
  ])('%s %s is answered %d', async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status);
  });
});
