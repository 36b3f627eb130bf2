import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyAnswer, type CreateAnswer, readError, retryAfterMs } from './classify-answer.ts';

function answered(status: number, code = '', retryAfter?: number): CreateAnswer {
  return { kind: 'answered', status, code, message: 'text', retryAfterMs: retryAfter };
}

describe('what an answer means', () => {
  test.each([
    [answered(204), 'written'],
    [answered(201), 'written'],
    [answered(412, '0x80040237'), 'written'],
    [answered(412, '0x80060882'), 'retry'],
    [answered(429, '0x80072322', 7000), 'throttled'],
    [answered(401), 'token-refused'],
    [answered(403, '0x80040220'), 'retry'],
    [answered(400, '0x80044331'), 'retry'],
    [answered(500), 'retry'],
    [answered(503), 'retry'],
    [{ kind: 'unreachable', code: 'ECONNRESET' } as const, 'retry'],
  ])('%j means %s', (answer, kind) => {
    expect(classifyAnswer(answer).kind).toBe(kind);
  });

  test('every answer that is not success says what happened and what to do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.string(), (status, code) => {
        const verdict = classifyAnswer(answered(status, code));
        if (verdict.kind === 'written') return;
        expect(verdict.reason.what).not.toBe('');
        expect(verdict.reason.remedy).not.toBe('');
      }),
    );
  });

  test('a 429 waits as long as it says, and a while where it does not say', () => {
    expect(classifyAnswer(answered(429, '', 7000))).toMatchObject({ waitMs: 7000 });
    expect(classifyAnswer(answered(429))).toMatchObject({ waitMs: 5000 });
  });
});

test.each([
  ['7', 7000],
  ['0.5', 500],
  ['Sun, 22 Nov 2026 20:00:10 GMT', 10_000],
  ['Sun, 22 Nov 2026 19:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2026-11-22T20:00:00Z'))).toBe(expected);
});

describe('reading an error body', () => {
  test.each([
    ['{"error":{"code":"0x80040220","message":"no"}}', { code: '0x80040220', message: 'no' }],
    ['{"Message":"gone"}', { code: '', message: 'gone' }],
    ['<html>502</html>', { code: '', message: '' }],
    ['', { code: '', message: '' }],
    ['null', { code: '', message: '' }],
    ['{"error":"x"}', { code: '', message: '' }],
  ])('%j', (body, expected) => {
    expect(readError(body)).toEqual(expected);
  });

  test('no body breaks it', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => expect(readError(body)).toBeDefined()));
  });
});
