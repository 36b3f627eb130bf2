import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backOffMs } from './back-off.ts';

const LONGEST = { firstMs: 1_000, mostMs: 3_600_000 };

const failures = fc.integer({ min: 1, max: 100_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is never shorter than the least nor longer than the most, however often it failed', () => {
  fc.assert(
    fc.property(failures, random, fc.nat(5_000), (count, number, leastMs) => {
      const wait = backOffMs(count, number, { ...LONGEST, leastMs });
      expect(wait).toBeGreaterThanOrEqual(leastMs);
      expect(wait).toBeLessThanOrEqual(LONGEST.mostMs);
    }),
  );
});

test('the span doubles with each failure until it is the longest', () => {
  const almostOne = 1 - Number.EPSILON;
  const seconds = [1, 2, 3, 12, 13, 40].map((count) =>
    Math.round(backOffMs(count, almostOne, LONGEST) / 1000),
  );
  expect(seconds).toEqual([1, 2, 4, 2048, 3600, 3600]);
});
