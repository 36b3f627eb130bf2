// Request and answer pairs after Microsoft's documented examples, against a running emulator.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from '../testing/running.ts';

const API = '/api/data/v9.2';
const ADMIN = '31313131-aaaa-4bbb-8662-1234df56788f';
const ID = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
const ABSENT = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7eff';
const { host, tenantId, clientId, clientSecret } = CONTOSO;

let running: Running;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  running = await startForTest();
  await running.control('PATCH', `tenants/${tenantId}`, {
    apps: [clientId, ADMIN].map((id) => ({ clientId: id, secrets: [{ value: clientSecret }] })),
  });
  tokens['writer'] = await running.token();
  tokens['admin'] = await running.token({ client_id: ADMIN });
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('PUT', `organizations/${host}`, {
    tenantId,
    applicationUsers: [
      clientId,
      { applicationId: ADMIN, roles: ['System Administrator', 'Microsoft Marketplace Lead Writer'] },
    ],
    alternateKeys: [{ name: 'MarketplaceKey', columns: ['sic'] }],
  });
  await running.control('DELETE', `organizations/${host}/leads`);
});

type Ask = { headers?: Record<string, string>; body?: unknown; as?: 'admin' | 'writer' };
const call = (
  method: string,
  path: string,
  { headers = {}, body, as = 'admin' }: Ask = {},
): Promise<Answer> =>
  running.send(`${API}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens[as]}`,
      accept: 'application/json',
      'odata-version': '4.0',
      ...headers,
    },
    body,
  });
const lead = { leadid: ID, subject: 'Contoso Analytics', lastname: 'Doe', emailaddress1: 'doe@example.com' };
const errorOf = (answer: Answer): { code: string; message: string } =>
  answer.body()['error'] as { code: string; message: string };

describe('create', () => {
  test('answers 204 with the address of the record and Dataverse’s headers', async () => {
    const answer = await call('POST', 'leads', { body: lead, headers: { 'if-none-match': 'null' } });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'odata-version': '4.0',
      'odata-entityid': `https://${host}${API}/leads(${ID})`,
      'x-ms-dop-hint': '10',
      'x-ms-ratelimit-burst-remaining-xrm-requests': '5999',
      'x-ms-ratelimit-time-remaining-xrm-requests': expect.stringMatching(/^1,(200\.00|199\.\d\d)$/),
      'set-cookie': [expect.stringMatching(/^ARRAffinity=[0-9a-f]{64};Path=\/;HttpOnly;Secure;Domain=/)],
    });
  });

  test.each([
    [
      'a value longer than its column',
      { subject: 'x'.repeat(301) },
      400,
      '0x80044331',
      "A validation error occurred.  The length of the 'subject' attribute of the 'lead' entity exceeded the maximum allowed length of '300'.",
    ],
    [
      'a mobile phone longer than 20',
      { mobilephone: '+1 425 555 0100 extension 7' },
      400,
      '0x80044331',
      undefined,
    ],
    ['an option that is none', { leadsourcecode: 99 }, 400, '0x8004431A', undefined],
    ['a column that is not there', { nonsense: 1 }, 400, '0x80048d19', undefined],
    ['text for a number', { numberofemployees: 'many' }, 400, '0x80048d19', undefined],
    ['a number for text', { subject: 7 }, 400, '0x80048d19', undefined],
    ['text for a flag', { donotemail: 'yes' }, 400, '0x80048d19', undefined],
    ['a time that is none', { estimatedclosedate: 'tomorrow' }, 400, '0x80048d19', undefined],
    ['an id that is none', { leadid: 'abc' }, 400, '0x80048d19', undefined],
    ['a status of another state', { statuscode: 3 }, 400, '0x80048408', undefined],
    ['a lookup without @odata.bind', { ownerid: ID }, 400, '0x80048d19', undefined],
    [
      'a lookup bound to another table',
      { 'campaignid@odata.bind': `/accounts(${ID})` },
      400,
      '0x80048d19',
      undefined,
    ],
    ['a list', [lead], 400, '0x80048d19', undefined],
    ['text that is not JSON', '{"subject":', 400, '0x80048d19', undefined],
  ])('refuses %s and stores nothing', async (_case, body, status, code, message) => {
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const answer = await call('POST', 'leads', { body, headers });
    expect([answer.status, errorOf(answer).code]).toEqual([status, code]);
    if (message !== undefined) expect(errorOf(answer).message).toBe(message);
    expect((await running.control('GET', `organizations/${host}/leads/count`)).body()).toEqual({ count: 0 });
  });

  test('takes a bare lead, for required columns are a matter of forms', async () => {
    expect((await call('POST', 'leads', { body: {} })).status).toBe(204);
    await running.control('PATCH', `organizations/${host}`, {
      switches: { applicationRequiredEnforced: true },
    });
    expect(errorOf(await call('POST', 'leads', { body: {} })).code).toBe('0x80040200');
  });

  test('ignores read-only columns and binds lookups', async () => {
    const body = { ...lead, fullname: 'No', statecode: 2, 'campaignid@odata.bind': `/campaigns(${ABSENT})` };
    await call('POST', 'leads', { body });
    const read = (await call('GET', `leads(${ID})`)).body();
    expect(read).toMatchObject({ fullname: 'Doe', statecode: 0, _campaignid_value: ABSENT });
  });

  test('detects duplicates only for a caller who asks for it', async () => {
    await call('POST', 'leads', { body: lead });
    const body = { ...lead, leadid: ABSENT };
    const asked = await call('POST', 'leads', {
      body,
      headers: { 'MSCRM.SuppressDuplicateDetection': 'false' },
    });
    expect([asked.status, errorOf(asked).code]).toEqual([500, '0x80040333']);
    expect((await call('POST', 'leads', { body })).status).toBe(204);
  });

  test('says which alternate key a second record violates', async () => {
    await call('POST', 'leads', { body: { sic: 'K1' } });
    const answer = await call('POST', 'leads', { body: { sic: 'k1' } });
    expect([answer.status, errorOf(answer).code]).toEqual([412, '0x80060892']);
    expect(errorOf(answer).message).toContain('Entity Key MarketplaceKey violated.');
  });

  test('obeys the plug-ins, custom columns and column security of the organization', async () => {
    await running.control('PATCH', `organizations/${host}`, {
      plugins: [{ column: 'emailaddress1', contains: '@blocked.example', text: 'We do not sell to them.' }],
      columns: [
        {
          logicalName: 'new_region',
          type: 'picklist',
          options: [{ value: 100000000, label: 'EMEA' }],
          enforced: true,
        },
        {
          logicalName: 'leadsourcecode',
          type: 'picklist',
          options: [{ value: 8, label: 'Web' }],
          secured: true,
        },
      ],
      removedColumns: ['companyname'],
    });
    const answers = [
      await call('POST', 'leads', { body: { emailaddress1: 'x@blocked.example', new_region: 100000000 } }),
      await call('POST', 'leads', { body: {} }),
      await call('POST', 'leads', { body: { new_region: 100000000, leadsourcecode: 8 } }),
      await call('POST', 'leads', { body: { new_region: 100000000, companyname: 'C' } }),
    ];
    expect(answers.map((answer) => [answer.status, errorOf(answer).code])).toEqual([
      [400, '0x80040265'],
      [400, '0x80040200'],
      [403, '0x8004f502'],
      [400, '0x80048d19'],
    ]);
    expect(errorOf(answers[0] as Answer).message).toBe('We do not sell to them.');
    expect((await call('POST', 'leads', { body: { new_region: 100000000 } })).status).toBe(204);
  });
});

describe('upsert', () => {
  const patch = (headers: Record<string, string>, key = ID): Promise<Answer> =>
    call('PATCH', `leads(${key})`, { headers, body: { subject: 'after' } });

  test('follows the conditional headers', async () => {
    expect((await patch({ 'if-match': '*' })).status).toBe(404);
    expect((await patch({ 'if-none-match': '*' })).status).toBe(204);
    expect((await patch({ 'if-none-match': '*' })).status).toBe(412);
    expect((await patch({ 'if-match': '*' })).status).toBe(204);
    expect((await patch({ 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await patch({ 'if-none-match': 'null', 'if-match': 'null' })).status).toBe(204);
    const read = await call('GET', `leads(${ID})?$select=subject`);
    expect((await patch({ 'if-match': String(read.headers['etag']) })).status).toBe(204);
    const current = await call('GET', `leads(${ID})`);
    const again = { 'if-none-match': String(current.headers['etag']) };
    expect((await call('GET', `leads(${ID})`, { headers: again })).status).toBe(304);
  });

  test('tells a new record from a changed one only with the representation', async () => {
    const headers = { prefer: 'return=representation' };
    const answers = [await patch(headers), await patch(headers)];
    expect(answers.map((answer) => answer.status)).toEqual([201, 200]);
    expect(answers.map((answer) => answer.headers['odata-entityid'])).toEqual([undefined, undefined]);
  });

  test('by alternate key answers the key’s address, and refuses a key that is not defined', async () => {
    const answer = await call('PATCH', "leads(sic='K7')", { body: { subject: 'by key' } });
    expect([answer.status, answer.headers['odata-entityid']]).toEqual([
      204,
      `https://${host}${API}/leads(sic='K7')`,
    ]);
    expect((await call('GET', "leads(sic='K7')?$select=sic")).body()).toMatchObject({ sic: 'K7' });
    expect((await call('GET', "leads(sic='other')")).status).toBe(404);
    const undefinedKey = await call('PATCH', "leads(pager='1')", { body: {} });
    expect([undefinedKey.status, errorOf(undefinedKey).code]).toEqual([400, '0x8006088a']);
    expect(errorOf(undefinedKey).message).toContain("not valid for resource 'Microsoft.Dynamics.CRM.lead'");
  });

  test('leaves a qualified lead as it is', async () => {
    await call('POST', 'leads', { body: lead });
    expect((await call('PATCH', `leads(${ID})`, { body: { statecode: 1, statuscode: 3 } })).status).toBe(204);
    expect((await patch({})).status).toBe(400);
    expect((await call('PATCH', `leads(${ID})`, { body: { statecode: 0, statuscode: 1 } })).status).toBe(204);
    expect((await patch({})).status).toBe(204);
  });

  test('single columns can be read, written and emptied', async () => {
    await call('POST', 'leads', { body: lead });
    expect((await call('PUT', `leads(${ID})/jobtitle`, { body: { value: 'CFO' } })).status).toBe(204);
    expect((await call('GET', `leads(${ID})/jobtitle`)).body()['value']).toBe('CFO');
    expect((await call('DELETE', `leads(${ID})/jobtitle`)).status).toBe(204);
    expect((await call('GET', `leads(${ID})/jobtitle`)).status).toBe(204);
  });
});

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
    await running.control('PATCH', `organizations/${host}`, {
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
    const zipped = await fetch(`http://127.0.0.1:${running.httpPort}/org/${host}${API}/leads(${ID})`, {
      headers: { authorization: `Bearer ${tokens['admin']}` },
    });
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
    await running.control('PATCH', `organizations/${host}`, { hasLeadTable: false });
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

describe('bulk messages', () => {
  const type = 'Microsoft.Dynamics.CRM.lead';
  const create = (targets: unknown, as: 'admin' | 'writer' = 'writer'): Promise<Answer> =>
    call('POST', 'leads/Microsoft.Dynamics.CRM.CreateMultiple', { body: { Targets: targets }, as });
  const count = async (): Promise<unknown> =>
    (await running.control('GET', `organizations/${host}/leads/count`)).body()['count'];

  test('CreateMultiple answers the ids in order', async () => {
    const answer = await create([
      { '@odata.type': type, leadid: ABSENT },
      { '@odata.type': type, leadid: ID },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body()).toEqual({
      '@odata.context': `https://${host}${API}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
      Ids: [ABSENT, ID],
    });
  });

  test.each([
    [
      'one row is too long',
      [{ '@odata.type': type }, { '@odata.type': type, lastname: 'x'.repeat(51) }],
      400,
    ],
    [
      'an id comes twice',
      [
        { '@odata.type': type, leadid: ID },
        { '@odata.type': type, leadid: ID },
      ],
      412,
    ],
    [
      'a key comes twice',
      [
        { '@odata.type': type, sic: '1' },
        { '@odata.type': type, sic: '1' },
      ],
      412,
    ],
    ['the type is missing', [{ '@odata.type': type }, {}], 400],
    [
      'the type is another',
      [{ '@odata.type': type }, { '@odata.type': 'Microsoft.Dynamics.CRM.contact' }],
      400,
    ],
    ['there are none', [], 400],
    ['they are no list', 'x', 400],
  ])('CreateMultiple stores nothing when %s', async (_case, targets, status) => {
    expect((await create(targets)).status).toBe(status);
    expect(await count()).toBe(0);
  });

  test('UpsertMultiple writes old and new rows, all or none, for those who may write', async () => {
    await call('POST', 'leads', { body: { ...lead, sic: 'K1' } });
    const upsert = (targets: unknown[], as: 'admin' | 'writer' = 'admin'): Promise<Answer> =>
      call('POST', 'leads/Microsoft.Dynamics.CRM.UpsertMultiple', { body: { Targets: targets }, as });
    const rows = [
      { '@odata.type': type, '@odata.id': "leads(sic='K1')", subject: 'changed' },
      { '@odata.type': type, leadid: ABSENT, subject: 'new' },
    ];
    expect((await upsert(rows, 'writer')).status).toBe(403);
    expect((await upsert([...rows, { '@odata.type': type, subject: 'no key' }])).status).toBe(400);
    expect((await call('GET', `leads(${ID})?$select=subject`)).body()['subject']).toBe('Contoso Analytics');
    expect((await upsert(rows)).status).toBe(204);
    expect((await call('GET', `leads(${ID})?$select=subject`)).body()['subject']).toBe('changed');
    expect(await count()).toBe(2);
  });

  test('can be missing', async () => {
    await running.control('PATCH', `organizations/${host}`, {
      switches: { createMultiple: false, upsertMultiple: false },
    });
    expect((await create([{ '@odata.type': type }])).status).toBe(404);
  });
});

describe('sizes', () => {
  test('a body that is too large is answered 413', async () => {
    await running.control('PATCH', `organizations/${host}`, { maxRequestBytes: 1000 });
    const answer = await call('POST', 'leads', { body: { description: 'x'.repeat(1500) } });
    expect([answer.status, errorOf(answer).code]).toEqual([413, '0x8004418a']);
  });

  test('a body that is not JSON by its own word is answered 415', async () => {
    const answer = await call('POST', 'leads', { body: 'a=1', headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(415);
  });
});
