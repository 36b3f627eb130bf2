import { describe, expect, test } from '@jest/globals';
import type { TokenOutcome } from '../tokens/access-tokens.ts';
import { explainRefusal, refusedFor, type RefusedAnswer } from '../tokens/refusals.ts';
import { checkExpiry, checkToken, shareOut } from './checks.ts';

const setAt = '2026-01-01T00:00:00Z';
const byApplication = {
  authentication: 'azure-active-directory',
  secret: { kind: 'client-secret', version: 1, setAt },
} as const;
const byUser = { authentication: 'office-365', secret: { kind: 'password', version: 1, setAt } } as const;
const refused = (number: number, said: Partial<RefusedAnswer> = {}): TokenOutcome =>
  refusedFor(explainRefusal({ by: 'client-secret', number, status: 400, ...said }), 1);
const statuses = (outcome: TokenOutcome, facts: typeof byApplication | typeof byUser): string =>
  [...shareOut(outcome, facts)].map(([check, { status }]) => `${check} ${status}`).join(', ');

describe('one answer of Entra ID', () => {
  test.each([
    [
      90002,
      'sign-in passed, directory failed, application skipped, client-secret skipped, conditional-access skipped, organization skipped',
    ],
    [
      700016,
      'sign-in passed, directory passed, application failed, client-secret skipped, conditional-access skipped, organization skipped',
    ],
    [
      7000215,
      'sign-in passed, directory passed, application passed, client-secret failed, conditional-access skipped, organization skipped',
    ],
    [
      53003,
      'sign-in passed, directory passed, application passed, client-secret passed, conditional-access failed, organization skipped',
    ],
    [
      500011,
      'sign-in passed, directory passed, application passed, client-secret passed, conditional-access passed, organization failed',
    ],
    [
      99999,
      'sign-in failed, directory skipped, application skipped, client-secret skipped, conditional-access skipped, organization skipped',
    ],
  ])('AADSTS%i is shared out: %s', (number, expected) => {
    expect(statuses(refused(number), byApplication)).toBe(expected);
  });

  test.each([
    [50034, 'user failed'],
    [50126, 'user passed, password failed'],
    [50076, 'password passed, conditional-access failed'],
  ])('AADSTS%i for a user: %s', (number, expected) => {
    expect(statuses(refused(number), byUser)).toContain(expected);
  });

  test.each([
    ['busy', { status: 503 }],
    ['throttling', { status: 429 }],
    ['out of reach', {}],
  ])('that is none, for Entra ID is %s, says so and blames no part of the connection', (_case, answer) => {
    const outcome = refusedFor(explainRefusal({ by: 'client-secret', ...answer }), 1);
    const findings = shareOut(outcome, byApplication);
    expect(findings.get('sign-in')).toMatchObject({
      status: 'failed',
      what: expect.stringContaining('Microsoft Entra ID'),
      remedy: expect.stringContaining('try again in some minutes'),
    });
    const others = [...findings].filter(([check]) => check !== 'sign-in');
    expect(others.every(([, { status }]) => status === 'skipped')).toBe(true);
  });

  test('that is a token has passed them all', () => {
    const outcome = {
      kind: 'token',
      accessToken: 'a',
      expiresAt: new Date(),
      secretVersion: 1,
      resource: 'https://a.crm.dynamics.com',
    } as const;
    expect(statuses(outcome, byApplication)).not.toMatch(/failed|skipped/);
  });
});

describe('a token', () => {
  const jwt = (claims: object): string =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`;
  const url = 'https://contoso.crm4.dynamics.com';
  test.each([
    ['fits', jwt({ aud: `${url}/`, tid: 'directory' }), 'passed'],
    ['is for another organization', jwt({ aud: 'https://x.crm.dynamics.com', tid: 'directory' }), 'failed'],
    ['is of another directory', jwt({ aud: url, tid: 'other' }), 'failed'],
    ['cannot be looked into', 'opaque', 'passed'],
  ])('that %s', (_case, accessToken, status) => {
    expect(checkToken(accessToken, { url, directoryId: 'directory' }).status).toBe(status);
  });
});

test.each([
  [undefined, 'warning', 'not known'],
  ['2027-06-01', 'passed', ''],
  ['2026-12-20', 'warning', 'It expires on 2026-12-20'],
  ['2026-11-22', 'warning', 'It expires on'],
  ['2026-11-21', 'warning', 'It was to expire on'],
])('a secret that lasts until %s: %s', (expiresOn, status, words) => {
  const secret = { ...byApplication.secret, ...(expiresOn === undefined ? {} : { expiresOn }) };
  const finding = checkExpiry(secret, new Date('2026-11-22T12:00:00Z'));
  expect(finding.status).toBe(status);
  expect(JSON.stringify(finding)).toContain(words);
});
