import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backOffMs } from './back-off.ts';

const failures = fc.integer({ min: 1, max: 100_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('waits are never negative and never exceed an hour, however often it failed', () => {
  fc.assert(
    fc.property(failures, random, (count, number) => {
      expect(backOffMs(count, number)).toBeGreaterThanOrEqual(0);
      expect(backOffMs(count, number)).toBeLessThan(3_600_000);
    }),
  );
});

test('the span doubles with each failure until it is an hour', () => {
  const almostOne = 1 - Number.EPSILON;
  expect([1, 2, 3, 12, 13, 40].map((count) => Math.round(backOffMs(count, almostOne) / 1000))).toEqual([
    1, 2, 4, 2048, 3600, 3600,
  ]);
});
