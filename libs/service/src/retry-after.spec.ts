import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from './retry-after.ts';

test.each([
  ['7', 7000],
  ['0.5', 500],
  ['Sun, 22 Nov 2026 20:00:10 GMT', 10_000],
  ['Sun, 22 Nov 2026 19:00:00 GMT', 0],
  ['Sunday, 22-Nov-26 20:00:10 GMT', 10_000],
  ['soon', undefined],
  ['-5', undefined],
  ['', undefined],
  ['1e3', undefined],
  ['1000000000', 1_000_000_000_000],
  ['9'.repeat(400), Infinity],
  ['Fri, 22 Nov 2996 20:00:00 GMT', Date.parse('2996-11-22T20:00:00Z') - Date.parse('2026-11-22T20:00:00Z')],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs({ 'retry-after': header }, Date.parse('2026-11-22T20:00:00Z'))).toBe(expected);
});

test.each([-5, 0, 5])(
  'a date is so far away as it is for the server, on a machine %d minutes ahead',
  (minutes) => {
    const said = { 'retry-after': 'Sun, 22 Nov 2026 20:00:10 GMT', date: 'Sun, 22 Nov 2026 20:00:00 GMT' };
    expect(retryAfterMs(said, Date.parse('2026-11-22T20:00:00Z') + minutes * 60_000)).toBe(10_000);
  },
);

test('whatever Retry-After says, a wait is never negative and always a number', () => {
  const dates = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString());
  const numbers = fc.oneof(fc.bigInt(), fc.double(), fc.maxSafeInteger()).map(String);
  const said = fc.oneof(fc.string(), dates, numbers);
  fc.assert(
    fc.property(said, said, fc.date({ noInvalidDate: true }), (header, date, now) => {
      expect(retryAfterMs({ 'retry-after': header, date }, now.getTime()) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
