import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backOffMs } from './back-off.ts';

describe('the wait before the next attempt', () => {
  test('can be as long as a span that doubles with each attempt, up to five minutes', () => {
    const longest = [1, 2, 3, 9, 10, 1_000].map((attempts) => backOffMs(attempts, 0.999_999_9));
    expect(longest).toEqual([999, 1_999, 3_999, 255_999, 299_999, 299_999]);
  });

  test('is anywhere between nothing and that span', () => {
    const attempts = fc.integer({ min: 1, max: 10_000 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(attempts, random, (count, chance) => {
        const wait = backOffMs(count, chance);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(5 * 60_000);
        expect(Math.abs(wait - chance * backOffMs(count, 1))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
