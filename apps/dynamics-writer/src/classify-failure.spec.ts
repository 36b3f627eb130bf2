import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyAnswer, classifyRefusedToken, DATAVERSE_CODES } from './classify-failure.ts';
import type { Answer } from './read-answer.ts';

function answered(status: number, code = '', retryAfterMs?: number): Answer {
  return { kind: 'answered', status, code, message: 'text', retryAfterMs };
}

describe('what an answer of Dynamics means', () => {
  test.each([
    [204, '', 'written'],
    [201, '', 'written'],
    [200, '', 'written'],
    [412, '0x80040237', 'written'],
    [412, '0x80060892', 'lead-refused'],
    [500, '0x80040333', 'lead-refused'],
    [412, '0x80040333', 'lead-refused'],
    [412, '0x80060882', 'transient'],
    [400, '0x80044331', 'lead-refused'],
    [400, '0x80048d19', 'lead-refused'],
    [400, '0x8006088a', 'lead-refused'],
    [400, '0x0', 'lead-refused'],
    [400, '0x8004431A', 'lead-refused'],
    [400, '0x80040200', 'lead-refused'],
    [400, '0x80060890', 'connection-broken'],
    [404, '0x80040217', 'lead-refused'],
    [404, '0x80060891', 'lead-refused'],
    [404, '0x80060888', 'connection-broken'],
    [400, '0x80040265', 'lead-refused'],
    [500, '0x80040224', 'transient'],
    [403, '0x80040220', 'connection-broken'],
    [403, '0x80048306', 'connection-broken'],
    [403, '0x80048405', 'connection-broken'],
    [403, '0x80040231', 'connection-broken'],
    [403, '0x80040276', 'connection-broken'],
    [403, '0x80072560', 'connection-broken'],
    [403, '0x80040225', 'connection-broken'],
    [403, '0x80042f09', 'connection-broken'],
    [403, '0x80041d1f', 'connection-broken'],
    [403, '0x80095ffc', 'connection-broken'],
    [403, '0x80095FFD', 'connection-broken'],
    [500, '0x80044151', 'transient'],
    [500, '0x80044150', 'transient'],
    [500, '0x80040216', 'transient'],
    [429, '0x8005F103', 'throttled'],
    [429, '0x80060308', 'throttled'],
    [429, '0x80072322', 'throttled'],
    [429, '0x80072321', 'throttled'],
    [429, '0x80072326', 'throttled'],
    [429, '', 'throttled'],
    [413, '0x8004418a', 'lead-refused'],
    [413, '', 'lead-refused'],
    [301, '', 'connection-broken'],
    [400, '', 'transient'],
    [400, '0x80049999', 'lead-refused'],
    [401, '', 'connection-broken'],
    [403, '', 'connection-broken'],
    [404, '', 'connection-broken'],
    [405, '', 'connection-broken'],
    [408, '', 'transient'],
    [500, '', 'transient'],
    [501, '', 'transient'],
    [502, '', 'transient'],
    [503, '', 'transient'],
    [504, '', 'transient'],
  ])('%i %s is %s', (status, code, kind) => {
    expect(classifyAnswer(answered(status, code), 0).kind).toBe(kind);
  });

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ENOTFOUND',
    'ETIMEDOUT',
    'EPIPE',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_SOCKET',
  ])('no answer at all (%s) is transient', (code) => {
    expect(classifyAnswer({ kind: 'unreachable', code }, 0).kind).toBe('transient');
  });

  test('a plug-in that keeps failing on one lead ends in a refusal of that lead', () => {
    const kinds = [0, 3, 4, 9].map((attempts) => classifyAnswer(answered(500, '0x80040224'), attempts).kind);
    expect(kinds).toEqual(['transient', 'transient', 'lead-refused', 'lead-refused']);
  });

  test('throttling waits as long as it says, and a while where it does not say', () => {
    expect(classifyAnswer(answered(429, '', 7000), 0)).toMatchObject({ waitMs: 7000 });
    expect(classifyAnswer(answered(429), 0)).toMatchObject({ waitMs: 5000 });
  });

  test('whatever comes, every failure says what happened and what to do', () => {
    const code = fc.oneof(fc.string(), fc.constantFrom(...Object.keys(DATAVERSE_CODES)));
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), code, fc.nat(20), (status, errorCode, attempts) => {
        const verdict = classifyAnswer(answered(status, errorCode), attempts);
        if (verdict.kind === 'written') return;
        expect(verdict.reason.cause).not.toBe('');
        expect(verdict.reason.what).not.toBe('');
        expect(verdict.reason.remedy).not.toBe('');
      }),
    );
  });
});

describe('what a refused token means', () => {
  test.each([
    ['AADSTS7000215', false, 'connection-broken'],
    ['AADSTS7000222', false, 'connection-broken'],
    ['AADSTS700016', false, 'connection-broken'],
    ['AADSTS90002', false, 'connection-broken'],
    ['AADSTS50126', false, 'connection-broken'],
    ['AADSTS50055', false, 'connection-broken'],
    ['AADSTS50076', false, 'connection-broken'],
    ['AADSTS53003', false, 'connection-broken'],
    ['AADSTS65001', false, 'connection-broken'],
    ['AADSTS500011', false, 'connection-broken'],
    ['AADSTS90033', false, 'transient'],
    ['AADSTS90012', false, 'transient'],
    ['AADSTS90055', true, 'throttled'],
    ['AADSTS50196', true, 'throttled'],
    ['credentials-silent', true, 'transient'],
    ['unknown-connection', false, 'connection-broken'],
  ])('%s is %s', (cause, transient, kind) => {
    expect(classifyRefusedToken({ cause, what: 'x', remedy: 'y', transient }).kind).toBe(kind);
  });
});
