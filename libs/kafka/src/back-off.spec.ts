import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { backOffMs } from './back-off.ts';

const range = { firstMs: 250, mostMs: 10_000 };

test('the pause doubles with each failure up to the most', () => {
  expect([1, 2, 3, 6, 7, 50].map((failures) => backOffMs(failures, 0, range))).toEqual([
    250, 500, 1_000, 8_000, 10_000, 10_000,
  ]);
});

test('chance takes at most half of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, random) => {
        const full = backOffMs(failures, 0, range);
        const pause = backOffMs(failures, random, range);
        expect(pause).toBeLessThanOrEqual(full);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
      },
    ),
  );
});
