/** Writing leads: requests and answers after Microsoft's documented examples. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { API, errorOf, startContoso, type Contoso } from '../testing/contoso.ts';
import { type Answer, type Running } from '../testing/running.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

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
    expect((await control('GET', `organizations/${host}/leads/count`)).body()).toEqual({ count: 0 });
  });

  test('takes a bare lead, for required columns are a matter of forms', async () => {
    expect((await call('POST', 'leads', { body: {} })).status).toBe(204);
    await control('PATCH', `organizations/${host}`, {
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
    await control('PATCH', `organizations/${host}`, {
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
    expect((await call('GET', 'leads()')).status).toBe(400);
    const undefinedKey = await call('PATCH', "leads(pager='1')", { body: {} });
    expect([undefinedKey.status, errorOf(undefinedKey).code]).toEqual([400, '0x8006088a']);
    expect(errorOf(undefinedKey).message).toContain("not valid for resource 'Microsoft.Dynamics.CRM.lead'");
  });

  test('does not know a key whose index is not built yet', async () => {
    const key = { name: 'MarketplaceKey', columns: ['sic'], status: 'Pending' };
    await control('PATCH', `organizations/${host}`, { alternateKeys: [key] });
    expect((await call('PATCH', "leads(sic='K7')", { body: {} })).status).toBe(400);
    expect((await call('POST', 'leads', { body: { sic: 'K7' } })).status).toBe(204);
    expect((await call('POST', 'leads', { body: { sic: 'K7' } })).status).toBe(204);
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

describe('bulk messages', () => {
  const type = 'Microsoft.Dynamics.CRM.lead';
  const create = (targets: unknown, as: 'admin' | 'writer' = 'writer'): Promise<Answer> =>
    call('POST', 'leads/Microsoft.Dynamics.CRM.CreateMultiple', { body: { Targets: targets }, as });
  const count = async (): Promise<unknown> =>
    (await control('GET', `organizations/${host}/leads/count`)).body()['count'];

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
    await control('PATCH', `organizations/${host}`, {
      switches: { createMultiple: false, upsertMultiple: false },
    });
    expect((await create([{ '@odata.type': type }])).status).toBe(404);
  });
});

describe('sizes', () => {
  test('a body that is too large is answered 413', async () => {
    await control('PATCH', `organizations/${host}`, { maxRequestBytes: 1000 });
    const answer = await call('POST', 'leads', { body: { description: 'x'.repeat(1500) } });
    expect([answer.status, errorOf(answer).code]).toEqual([413, '0x8004418a']);
  });

  test('a body that is not JSON by its own word is answered 415', async () => {
    const answer = await call('POST', 'leads', { body: 'a=1', headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(415);
  });
});
