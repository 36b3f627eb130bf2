/** What customers' plug-ins do to leads, and what is left of it when a lead is rolled back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { errorOf, startContoso, type Contoso } from '../testing/contoso.ts';
import type { Answer } from '../testing/running.ts';

const { host } = CONTOSO;
const LEAD = 'Microsoft.Dynamics.CRM.lead';
const idOf = (n: number): string => `0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e${n.toString(16).padStart(2, '0')}`;

let contoso: Contoso;
beforeAll(async () => {
  contoso = await startContoso();
});
afterAll(() => contoso.running.close());
beforeEach(() => contoso.reset());

const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
  contoso.running.control(method, `organizations/${host}${path}`, body);
const plugin = (...plugins: object[]): Promise<Answer> => control('PATCH', '', { plugins });
const create = (n: number, more: object = {}): Promise<Answer> =>
  contoso.call('POST', 'leads', { body: { leadid: idOf(n), lastname: 'Doe', ...more } });
const createMultiple = (...rows: object[]): Promise<Answer> =>
  contoso.call('POST', 'leads/Microsoft.Dynamics.CRM.CreateMultiple', {
    body: { Targets: rows.map((row) => ({ '@odata.type': LEAD, ...row })) },
  });
const seen = ({ status, ...answer }: Answer): unknown[] =>
  status < 300 ? [status] : [status, errorOf({ status, ...answer }).code];
const ids = async (): Promise<unknown[]> =>
  ((await control('GET', '/leads?columns=leadid')).body()['leads'] as { leadid: string }[]).map(
    ({ leadid }) => leadid,
  );
const attempts = async (n: number): Promise<unknown[]> =>
  ((await control('GET', `/attempts?leadid=${idOf(n)}`)).body()['attempts'] as Record<string, unknown>[]).map(
    ({ as, status, code }) => `${String(as)} ${String(status)} ${String(code)}`.trim(),
  );

describe('a plug-in that creates a second record', () => {
  const creates = { table: 'new_interest', keyColumn: 'emailaddress1' };

  test.each([
    ['duplicate-record', 'Cannot insert duplicate key.'],
    ['matching-record', 'A record with matching key values already exists.'],
  ])('rolls the lead back with a %s where that one is there already', async (refusal, message) => {
    await plugin({ creates: { ...creates, refusal, existing: ['Ann@example.com'] } });
    const answer = await create(1, { emailaddress1: 'ann@example.com' });
    expect(answer.status).toBe(412);
    expect(errorOf(answer)).toEqual({ code: '0x80040237', message });
    expect(await ids()).toEqual([]);
    expect((await contoso.call('GET', `leads(${idOf(1)})`)).status).toBe(404);
  });

  test('lets the first of two leads pass, and a lead without the column', async () => {
    await plugin({ creates });
    expect(seen(await create(1, { emailaddress1: 'ann@example.com' }))).toEqual([204]);
    expect(seen(await create(2, { emailaddress1: 'ann@example.com' }))).toEqual([412, '0x80040237']);
    expect(seen(await create(3))).toEqual([204]);
    expect((await control('GET', '/other-records')).body()['records']).toEqual([
      { table: 'new_interest', key: 'ann@example.com', leadid: idOf(1) },
    ]);
  });

  test('takes a whole bulk request with it, and nothing is left of the rows before', async () => {
    await plugin({ creates: { ...creates, existing: ['ann@example.com'] } });
    const rows = ['bob@example.com', 'ann@example.com'].map((emailaddress1, n) => ({
      leadid: idOf(n),
      emailaddress1,
    }));
    expect(seen(await createMultiple(...rows))).toEqual([412, '0x80040237']);
    expect(await ids()).toEqual([]);
    expect(await attempts(0)).toEqual(['bulk 0']);
    expect(await attempts(1)).toEqual(['bulk 412 0x80040237']);
    expect(seen(await create(2, { emailaddress1: 'bob@example.com' }))).toEqual([204]);
  });

  test('is not mistaken for the lead’s own id, which answers the same code', async () => {
    expect(seen(await create(1))).toEqual([204]);
    expect(seen(await create(1))).toEqual([412, '0x80040237']);
    expect(await attempts(1)).toEqual(['single 201', 'single 412 0x80040237']);
  });
});

describe('a plug-in that fails', () => {
  test.each([
    ['deadlock', [400, '0x80040265'], 'deadlock'],
    ['no-transaction', [400, '0x80040251'], 'no active transaction'],
    ['timed-out', [400, '0x80040265'], 'timed-out'],
    ['networking', [500, '0x80073000'], 'try again'],
    ['unexpected', [400, '0x80040224'], 'ISV code'],
  ])('once with %s lets the second try pass', async (refusal, expected, words) => {
    await plugin({ refusal, times: 1 });
    const first = await create(1);
    expect(seen(first)).toEqual(expected);
    expect(errorOf(first).message).toContain(words);
    expect(seen(await create(1))).toEqual([204]);
  });

  test('so often for each lead counts them by their ids', async () => {
    await plugin({ refusal: 'deadlock', timesPerLead: 2 });
    const tries = [1, 2, 1, 2, 1, 2];
    const statuses: number[] = [];
    for (const n of tries) statuses.push((await create(n)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 204, 204]);
  });

  test('for one lead lets the others pass', async () => {
    await plugin({ column: 'companyname', contains: 'Fabrikam', code: '0x80040265', text: 'No Fabrikam.' });
    expect(seen(await create(1, { companyname: 'Fabrikam Inc.' }))).toEqual([400, '0x80040265']);
    expect(seen(await create(2, { companyname: 'Adatum' }))).toEqual([204]);
  });
});

describe('a plug-in that reads another table', () => {
  const demands = { privilege: 'prvReadnew_segment', table: 'new_segment' };

  test('refuses whoever lacks the privilege there, and names it', async () => {
    await plugin({ column: 'companyname', contains: 'Fabrikam', demands });
    const answer = await create(1, { companyname: 'Fabrikam' });
    expect(seen(answer)).toEqual([403, '0x80040220']);
    expect(errorOf(answer).message).toMatch(
      /is missing prvReadnew_segment privilege .* entity 'new_segment'/,
    );
    expect(seen(await create(2))).toEqual([204]);
  });

  test('lets pass whoever holds it', async () => {
    await plugin({ demands: { privilege: 'prvReadLead', table: 'lead' } });
    expect(seen(await create(1))).toEqual([204]);
  });
});

test('a plug-in that takes its time keeps the answer waiting, and is booked as execution time', async () => {
  await control('PATCH', '', {
    plugins: [{ takesMs: 300 }],
    limits: { executionSeconds: 0.4, windowSeconds: 60 },
  });
  const began = performance.now();
  expect(seen(await create(1))).toEqual([204]);
  expect(performance.now() - began).toBeGreaterThanOrEqual(290);
  expect(seen(await create(2))).toEqual([204]);
  expect(seen(await create(3))).toEqual([429, '0x80072321']);
});

test('each row of a bulk request is booked as execution time, though it counts as one request', async () => {
  const limits = { executionSeconds: 1, windowSeconds: 60, requests: 2, executionMsPerOperation: 100 };
  await control('PATCH', '', { limits });
  const rows = Array.from({ length: 11 }, (_, n) => ({ leadid: idOf(n), lastname: 'Doe' }));
  expect(seen(await createMultiple(...rows))).toEqual([200]);
  expect(seen(await create(20))).toEqual([429, '0x80072321']);
});

test('a web firewall refuses the whole request because of one lead, in HTML', async () => {
  await control('PATCH', '', { webFirewall: [{ contains: '<script' }] });
  const bad = { leadid: idOf(1), description: '<script>' };
  const answer = await createMultiple({ leadid: idOf(2), lastname: 'Doe' }, bad);
  expect([answer.status, answer.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
  expect(await ids()).toEqual([]);
  expect(seen(await createMultiple({ leadid: idOf(2), lastname: 'Doe' }))).toEqual([200]);
});

describe('what is really there', () => {
  test('is held against what somebody believes', async () => {
    await create(1, { emailaddress1: 'ann@example.com' });
    await create(2, { emailaddress1: 'ann@example.com' });
    const compare = { leadids: [idOf(1), idOf(3)], by: 'emailaddress1' };
    expect((await control('POST', '/leads/compare', compare)).body()).toEqual({
      count: 2,
      missing: [idOf(3)],
      unexpected: [idOf(2)],
      doubled: [{ value: 'ann@example.com', leadids: [idOf(1), idOf(2)] }],
    });
  });
});
