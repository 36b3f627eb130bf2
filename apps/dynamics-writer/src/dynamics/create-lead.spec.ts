import { expect, test } from '@jest/globals';
import { createLeads, Incapable } from './create-lead.ts';
import { lookUpLeads } from './look-up-leads.ts';
import type { WebApi } from './web-api.ts';

const RECORDS = ['a', 'b', 'c'].map((leadid) => ({ leadid }));

/** An organization that answers everything alike. */
function answering(
  status: number,
  headers: Record<string, string> = {},
): { webApi: WebApi; asked: string[] } {
  const asked: string[] = [];
  const send: WebApi['http']['send'] = ({ url }) => {
    asked.push(url);
    return Promise.resolve({ status, headers, body: '' });
  };
  return { webApi: { http: { send }, organization: 'https://a.example', accessToken: 'x' }, asked };
}

test.each([
  [429, {}, 1],
  [503, { 'retry-after': '6' }, 1],
  [503, {}, 3],
  [400, {}, 3],
])('what is sent one by one stops where %d with %j asks to be left alone', async (status, headers, sent) => {
  const creating = answering(status, headers);
  const { answers } = await createLeads(creating.webApi, RECORDS, 'off', new Incapable());
  expect([creating.asked.length, answers.length]).toEqual([sent, 3]);
  const looking = answering(status, headers);
  const incapable = new Incapable();
  incapable.add(looking.webApi.organization, 'batch', Date.now());
  expect(await lookUpLeads(looking.webApi, ['a', 'b', 'c'], incapable)).toMatchObject({ kind: 'failed' });
  expect(looking.asked.length).toBe(sent);
});

test('what an organisation cannot do is remembered for a day, or until a person acts', () => {
  const incapable = new Incapable();
  const best = (organization: string, now: number): string =>
    incapable.bestWay(organization, 'create-multiple', now);
  incapable.add('https://a.example', 'create-multiple', 0);
  incapable.add('https://a.example', 'batch', 0);
  expect(best('https://a.example', 1_000)).toBe('off');
  expect(best('https://b.example', 1_000)).toBe('create-multiple');
  expect(best('https://a.example', 24 * 3_600_000)).toBe('create-multiple');
  incapable.forget('https://b.example');
  expect(best('https://a.example', 1_000)).toBe('off');
  incapable.forget('https://a.example');
  expect(best('https://a.example', 1_000)).toBe('create-multiple');
});
