import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAnswer, readCapacity, readError, readThrottle } from './web-api.ts';

test.each([
  [
    { 'x-ms-dop-hint': '10', 'x-ms-ratelimit-burst-remaining-xrm-requests': '0' },
    { parallelism: 10, remaining: 0 },
  ],
  [{ 'x-ms-dop-hint': '0' }, {}],
  [{ 'x-ms-dop-hint': 'many', 'x-ms-ratelimit-burst-remaining-xrm-requests': '-1' }, {}],
  [{}, {}],
])('the capacity in %j are %j', (headers, capacity) => {
  expect(readCapacity(headers as Record<string, string>)).toEqual(capacity);
});

describe('what a refusal as too much asks for', () => {
  const throttle = (code: string, message: string, status = 429, retryAfterMs?: number) =>
    readThrottle({ kind: 'answered', status, code, message, retryAfterMs });

  test.each<[string, string, object]>([
    [
      '0x80072322',
      'Number of requests exceeded the limit of 6000 over time window of 300 seconds.',
      { of: 'requests', requests: 6_000, windowMs: 300_000 },
    ],
    [
      '0x80072322',
      '… the limit of 1,200 over time window of 30 seconds',
      { of: 'requests', requests: 1_200, windowMs: 30_000 },
    ],
    ['0x80072322', '', { of: 'requests', requests: 6_000, windowMs: 300_000 }],
    [
      '0x80072322',
      'limit of 0 over time window of 5 seconds',
      { of: 'requests', requests: 6_000, windowMs: 5_000 },
    ],
    [
      '0x80072321',
      'Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds.',
      { of: 'execution', ms: 1_200_000, windowMs: 300_000 },
    ],
    [
      '0X80072326',
      'Number of concurrent requests exceeded the limit of 52.',
      { of: 'concurrency', requests: 52 },
    ],
    ['0x80072326', 'Zu viele Anfragen.', { of: 'concurrency', requests: 52 }],
  ])('%s, %p: the limit that it names, else the documented one', (code, message, limit) => {
    expect(throttle(code, message)?.limit).toEqual(limit);
  });

  test.each<[string, number, string, number | undefined, object | undefined]>([
    ['a code, without a time', 400, '0x8005f103', undefined, { cause: 'throttled', waitMs: 5_000 }],
    ['429, however long', 429, '', 10 ** 12, { cause: 'throttled', waitMs: 10 ** 12 }],
    ['503 with a time', 503, '', 6_000, { cause: 'http-503', waitMs: 6_000 }],
    ['503 without', 503, '', undefined, undefined],
    ['500 with a time', 500, '', 6_000, undefined],
  ])('%s', (_name, status, code, waitMs, asked) => {
    expect(throttle(code, '', status, waitMs)).toEqual(asked);
  });
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

  test('what is hostile in its words is gone', () => {
    const message = `\0No\u202e${'x'.repeat(495)}\u{1f642}${'y'.repeat(10_000_000)}`;
    const body = JSON.stringify({ error: { code: '0x8\0\ud83d', message } });
    expect(readError(body)).toEqual({ code: '0x8 \ufffd', message: `No${'x'.repeat(495)}\u{1f642}y` });
  });

  test('no body breaks it', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => expect(readError(body)).toBeDefined()));
  });
});

const ID = '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b';

test.each<[number, string, string, object]>([
  [204, `https://a.example/api/data/v9.2/leads(${ID})`, '', { madeId: ID, madeAt: 'a.example' }],
  [204, `https://a.example/api/data/v9.2/leads(${ID.toUpperCase()})`, '', { madeId: ID }],
  [204, `/api/data/v9.2/leads(${ID})`, '', { madeId: ID }],
  [204, `leads(${ID})`, '', { madeId: ID }],
  [204, `https://a.example/api/data/v9.2/accounts(${ID})`, '', {}],
  [204, `https://a.example/api/data/v9.2/leads(emailaddress1='a')`, '', {}],
  [204, `https://a.example/api/data/v9.2/leads(${ID})/subject`, '', {}],
  [204, '', JSON.stringify({ leadid: ID }), {}],
  [201, '', JSON.stringify({ leadid: ID }), { madeId: ID }],
  [200, '', '{}', {}],
  [202, `https://a.example/api/data/v9.2/leads(${ID})`, JSON.stringify({ leadid: ID }), {}],
])('%i with the address "%s" and the body %j names %j', (status, address, body, made) => {
  const answer = readAnswer({ status, headers: { 'odata-entityid': address }, body });
  expect(answer).toMatchObject(made);
  if (!('madeId' in made)) expect(answer).not.toHaveProperty('madeId');
});
