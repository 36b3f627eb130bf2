import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, NUMBERS } from './entra-numbers.ts';
import { explainRefusal, refusedFor, type RefusedAnswer } from './refusals.ts';

const kindOf = (answer: Partial<RefusedAnswer>): string =>
  explainRefusal({ by: 'client-secret', status: 400, ...answer }).refusalKind;

describe('every number of Entra ID', () => {
  // The numbers that the field has seen, each with what it is about.
  test.each([
    [90002, 'tenant'],
    [900382, 'tenant'],
    [5000224, 'tenant'],
    [700016, 'application'],
    [70001, 'application'],
    [7000112, 'application'],
    [7000229, 'application'],
    [7000215, 'secret'],
    [7000222, 'secret'],
    [700027, 'certificate'],
    [1000502, 'certificate'],
    [50034, 'user'],
    [50057, 'user'],
    [50126, 'password'],
    [50053, 'password'],
    [50055, 'password'],
    [500011, 'resource'],
    [500014, 'resource'],
    [50072, 'policy'],
    [50074, 'policy'],
    [50076, 'policy'],
    [50079, 'policy'],
    [53000, 'policy'],
    [53003, 'policy'],
    [530035, 'policy'],
    [65001, 'consent'],
    [90033, 'passing'],
    [50033, 'passing'],
    [90055, 'throttling'],
    [50196, 'throttling'],
  ])('AADSTS%i is about the %s', (number, kind) => {
    expect(NUMBERS).toContain(number);
    expect(kindOf({ number, error: 'invalid_client', text: 'The client secret …' })).toBe(kind);
  });

  test.each(NUMBERS)('AADSTS%i has words of a whole sentence and something to do', (number) => {
    const { what, remedy } = explainRefusal({ by: 'certificate', status: 400, number });
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/\.$/);
  });
});

test.each([
  [120_000, 120_000],
  [10 ** 12, 3_600_000],
])('where Entra ID asks for a wait of %d ms, %d ms are granted', (retryAfterMs, granted) => {
  const refusal = explainRefusal({ by: 'client-secret', status: 503, retryAfterMs });
  expect(refusedFor(refusal, 1).askAgainAfterMs).toBe(granted);
});

describe('a number that nobody has listed', () => {
  test.each([
    [
      "AADSTS7999999: The tenant 'x' has been suspended. Check your client secret.",
      'invalid_request',
      'tenant',
    ],
    [
      "AADSTS7999999: Application 'x' was not found in the directory 'y'.",
      'unauthorized_client',
      'application',
    ],
    [
      "AADSTS7999999: The resource principal named 'x' is switched off in tenant 'y'.",
      'invalid_client',
      'resource',
    ],
    ['AADSTS7999999: The user account is suspended.', 'invalid_grant', 'user'],
    ["AADSTS7999999: The client secret of app 'x' has been revoked.", 'invalid_client', 'secret'],
    [
      'AADSTS7999999: The certificate chain of the assertion is not trusted.',
      'invalid_client',
      'certificate',
    ],
    [
      'AADSTS7999999: Conditional Access requires a token from a known place.',
      'interaction_required',
      'policy',
    ],
    ['AADSTS7999999: An administrator has not given consent.', 'invalid_grant', 'consent'],
    ['AADSTS7999999: A transient error has occurred. Please try again.', 'invalid_request', 'passing'],
    ['AADSTS7999999: Too many requests.', 'invalid_request', 'throttling'],
    ['AADSTS7999999: Nothing of the kind.', 'invalid_resource', 'resource'],
    ['AADSTS7999999: Nothing of the kind.', 'invalid_client', 'application'],
    ['AADSTS7999999: Nothing of the kind.', 'quantum_lock', 'unknown'],
    [undefined, undefined, 'unknown'],
  ])('%s (%s) is about the %s', (text, error, kind) => {
    const answer = {
      number: 7999999,
      ...(text === undefined ? {} : { text }),
      ...(error === undefined ? {} : { error }),
    };
    expect(kindOf(answer)).toBe(kind);
  });

  test('always has a kind, words and a next time, and is never thrown at the secret by default', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .constantFrom('AADSTS1: ', 'tenant', 'constructor', '.', 'secret', 'The application ', 'password')
        .map((word) => word.repeat(3)),
    );
    const answers = fc.record(
      {
        by: fc.constantFrom('client-secret' as const, 'certificate' as const, 'password' as const),
        number: fc.oneof(fc.nat(), fc.nat(60_000), fc.constantFrom(...NUMBERS)),
        error: fc.oneof(
          fc.string(),
          fc.constantFrom('constructor', '__proto__', 'invalid_client', 'invalid_grant'),
        ),
        text,
        status: fc.integer({ min: 100, max: 599 }),
        retryAfterMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
      },
      { requiredKeys: ['by'] },
    );
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 50 }), (answer, times) => {
        const refusal = explainRefusal(answer);
        expect(Object.keys(KINDS)).toContain(refusal.refusalKind);
        expect(refusal.what).toMatch(/\S\.$/);
        expect(refusal.remedy.length).toBeGreaterThan(10);
        for (const ms of refusal.pausesMs) expect(ms >= 0 && ms <= 3_600_000).toBe(true);
        const { askAgainAfterMs, transient } = refusedFor(refusal, times);
        // "Never again" holds for a user's password alone.
        if (askAgainAfterMs === undefined)
          expect([answer.by, refusal.refusalKind]).toEqual(['password', 'password']);
        if (transient) expect(askAgainAfterMs).toBeDefined();
        if (refusal.refusalKind === 'secret' && !NUMBERS.includes(answer.number ?? -1)) {
          expect(answer.text).toMatch(/secret/i);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('told by somebody else than Entra ID names no part of the connection', () => {
    expect(explainRefusal({ by: 'client-secret', status: 403 })).toMatchObject({
      cause: 'http-403',
      refusalKind: 'unknown',
      remedy: expect.stringContaining('a proxy or a firewall'),
    });
  });
});
