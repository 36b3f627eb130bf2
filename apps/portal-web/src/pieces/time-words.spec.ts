import { describe, expect, test } from '@jest/globals';
import { countWords, dayWords, durationWords, exactTime, relativeTime, shortTime } from './time-words.ts';

const now = new Date('2026-11-22T12:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);

describe('how long ago', () => {
  test.each([
    [0, 'just now'],
    [40_000, 'just now'],
    [5 * 60_000, '5 minutes ago'],
    [60 * 60_000, '1 hour ago'],
    [26 * 3_600_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
    [70 * 86_400_000, '2 months ago'],
    [800 * 86_400_000, '2 years ago'],
  ])('%i ms is "%s"', (ms, words) => {
    expect(relativeTime(ago(ms), now)).toBe(words);
  });

  test('what is ahead is said so', () => {
    expect(relativeTime(ago(-30_000), now)).toBe('in a moment');
    expect(relativeTime(ago(-2 * 3_600_000), now)).toBe('in 2 hours');
  });

  test('a clock that is a little off is no future', () => {
    expect(relativeTime(ago(-5_000), now)).toBe('just now');
  });
});

test('an exact time is in the zone of the reader and says which', () => {
  expect(exactTime(now, 'Europe/Berlin')).toBe('22 Nov 2026, 13:00:00 CET');
  expect(exactTime(now, 'UTC')).toBe('22 Nov 2026, 12:00:00 UTC');
});

test('a short time has the year only where it is another one, in the zone of the reader', () => {
  expect(shortTime(now, now, 'UTC')).toBe('22 Nov, 12:00');
  expect(shortTime(new Date('2025-12-31T23:30:00Z'), now, 'UTC')).toBe('31 Dec 2025, 23:30');
  expect(shortTime(new Date('2025-12-31T23:30:00Z'), now, 'Europe/Berlin')).toBe('1 Jan, 00:30');
});

test('a day is the same day in every zone', () => {
  expect(dayWords('2026-12-01')).toBe('1 Dec 2026');
});

test.each([
  [85.4, '85 ms'],
  [999.4, '999 ms'],
  [1_440, '1.4 s'],
  [9_960, '10 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3 * 3_600_000 + 20 * 60_000, '3 h 20 min'],
])('%d ms took "%s"', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});

test('one is one and many are many', () => {
  expect([countWords(1, 'lead'), countWords(0, 'lead'), countWords(12_345, 'lead')]).toEqual([
    '1 lead',
    '0 leads',
    '12,345 leads',
  ]);
});
