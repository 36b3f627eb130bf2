import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readError, readHints, retryAfterMs } from './read-answer.ts';

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

test.each([
  [
    { 'x-ms-dop-hint': '10', 'x-ms-ratelimit-burst-remaining-xrm-requests': '0' },
    { parallelism: 10, remaining: 0 },
  ],
  [{ 'x-ms-dop-hint': '0' }, {}],
  [{ 'x-ms-dop-hint': 'many', 'x-ms-ratelimit-burst-remaining-xrm-requests': '-1' }, {}],
  [{}, {}],
])('the hints of %j are %j', (headers, hints) => {
  expect(readHints(headers as Record<string, string>)).toEqual(hints);
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
