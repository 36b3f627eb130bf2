import { expect, test } from '@jest/globals';
import { isNearLimit, usageWords } from './usage-words.ts';

test('what is used is told of its limit, and that more was asked for', () => {
  expect(usageWords(undefined, 500)).toBe('0 of 500');
  expect(usageWords(4_999, 5_000)).toBe('4,999 of 5,000');
  expect(usageWords(5_001, 5_000)).toBe('5,000 of 5,000, refused beyond');
});

test('four fifths of a limit are worth a look', () => {
  expect([undefined, 79, 80, 120].map((used) => isNearLimit(used, 100))).toEqual([false, false, true, true]);
});
