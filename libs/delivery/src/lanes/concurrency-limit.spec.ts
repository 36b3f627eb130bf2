import { describe, expect, test } from '@jest/globals';
import { ConcurrencyLimit } from './concurrency-limit.ts';

/** So many full rounds of requests, each answered before the next begins. @returns what is permitted after each */
function rounds(limit: ConcurrencyLimit, count: number, now = 0): number[] {
  return Array.from({ length: count }, () => {
    const permitted = limit.permitted(1);
    for (let inFlight = 1; inFlight <= permitted; inFlight += 1) limit.begun(inFlight, 1);
    for (let inFlight = permitted; inFlight > 0; inFlight -= 1) limit.passed(inFlight, now, 1);
    return limit.permitted(1);
  });
}

describe('how many requests at a time are permitted', () => {
  test('doubles with each full round of answers while few are, and then grows by one a round', () => {
    expect(rounds(new ConcurrencyLimit(2), 6)).toEqual([4, 8, 16, 17, 18, 19]);
  });

  test('does not grow while less is sent than is permitted', () => {
    const limit = new ConcurrencyLimit(4);
    for (let count = 0; count < 20; count += 1) {
      limit.begun(1, 1);
      limit.passed(1, 0, 1);
    }
    expect(limit.permitted(1)).toBe(4);
  });

  test('is what got through once one was refused, and one more ten minutes later, however full the rounds', () => {
    const limit = new ConcurrencyLimit(2);
    expect(rounds(limit, 1)).toEqual([4]);
    limit.refused(2, 4, 0, 1);
    limit.refused(2, 3, 0, 1);
    expect(rounds(limit, 3)).toEqual([2, 2, 2]);
    expect(rounds(limit, 3, 10 * 60_000)).toEqual([3, 3, 3]);
  });
});
