import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from './classify-failure.ts';
import { Pace } from './pace.ts';

const REASON = { cause: 'x', what: 'x', remedy: 'x' };
const WRITTEN: Verdict = { kind: 'written' };
const TRANSIENT: Verdict = { kind: 'transient', reason: REASON };
const BROKEN: Verdict = { kind: 'connection-broken', reason: REASON };

function throttled(waitMs: number): Verdict {
  return { kind: 'throttled', waitMs, reason: REASON };
}

describe('the pace of a lane', () => {
  test('rises while all goes well, never above the most', () => {
    const pace = new Pace(4, 10);
    for (let count = 0; count < 500; count += 1) pace.learn(WRITTEN, 20, count, 0);
    expect(pace.concurrency).toBe(10);
  });

  test('halves once for a burst of throttled answers, waits as long as was said, and tries one before the rest', () => {
    const pace = new Pace(16, 16);
    for (let count = 0; count < 16; count += 1) pace.learn(throttled(7_000), 5, 10_000 + count, 0);
    expect(pace.holdMs(10_015)).toBe(7_000);
    expect(pace.holdMs(17_015)).toBe(0);
    expect(pace.concurrency).toBe(1);
    pace.heed({ remaining: 500 });
    expect(pace.concurrency).toBe(8);
  });

  test('falls when answers become much slower than usual', () => {
    const pace = new Pace(16, 16);
    for (let count = 0; count < 50; count += 1) pace.learn(WRITTEN, 50, count, 0);
    pace.learn(WRITTEN, 500, 10_000, 0);
    expect(pace.concurrency).toBe(8);
  });

  test('one or two passing failures change nothing; more in a row mean one at a time, with longer and longer waits', () => {
    const pace = new Pace(8, 8);
    pace.learn(TRANSIENT, 5, 0, 0.5);
    pace.learn(TRANSIENT, 5, 0, 0.5);
    expect([pace.concurrency, pace.holdMs(0)]).toEqual([8, 0]);
    const waits = Array.from({ length: 10 }, () => {
      pace.learn(TRANSIENT, 5, 0, 0.5);
      return pace.holdMs(0);
    });
    expect(pace.concurrency).toBe(1);
    expect(waits[0]).toBe(1_500);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(31_000);
  });

  test('a broken connection means one at a time from the first answer on', () => {
    const pace = new Pace(8, 8);
    pace.learn(BROKEN, 5, 0, 0);
    expect(pace.concurrency).toBe(1);
    expect(pace.holdMs(0)).toBeGreaterThan(0);
  });

  test('a success, or somebody mending the connection, ends the caution at once', () => {
    const pace = new Pace(8, 8);
    pace.learn(BROKEN, 5, 0, 0);
    pace.forgive();
    expect([pace.concurrency, pace.holdMs(0)]).toEqual([8, 0]);
    pace.learn(BROKEN, 5, 0, 0);
    pace.learn(WRITTEN, 5, 0, 0);
    expect(pace.concurrency).toBe(8);
  });

  test('begins at what the organisation recommends, once, within the most', () => {
    const pace = new Pace(4, 16);
    pace.heed({ parallelism: 10 });
    expect(pace.concurrency).toBe(10);
    pace.heed({ parallelism: 3 });
    expect(pace.concurrency).toBe(10);
    const bold = new Pace(4, 16);
    bold.heed({ parallelism: 50 });
    expect(bold.concurrency).toBe(16);
  });

  test('does not send more at once than the limit still permits, but always something', () => {
    const pace = new Pace(8, 8);
    pace.heed({ remaining: 3 });
    expect(pace.concurrency).toBe(3);
    pace.heed({ remaining: 0 });
    expect(pace.concurrency).toBe(1);
    pace.heed({});
    expect(pace.concurrency).toBe(8);
  });

  test('a mended connection does not shorten the wait that the organisation asked for', () => {
    const pace = new Pace(8, 8);
    pace.learn(throttled(30_000), 5, 0, 0);
    pace.learn(BROKEN, 5, 0, 0.99);
    pace.forgive();
    expect(pace.holdMs(0)).toBe(30_000);
  });

  test('whatever happens, something may always begin within the longest wait, and never more than the most', () => {
    const answers = fc.oneof(
      fc.constantFrom(WRITTEN, TRANSIENT, BROKEN),
      fc.integer({ min: 0, max: 300_000 }).map(throttled),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(answers, fc.nat(5_000))),
        fc.integer({ min: 1, max: 52 }),
        (history, most) => {
          const pace = new Pace(4, most);
          let now = 0;
          for (const [answer, ms] of history) {
            now += ms;
            pace.learn(answer, ms, now, 0.9);
            expect(pace.concurrency).toBeGreaterThanOrEqual(1);
            expect(pace.concurrency).toBeLessThanOrEqual(most);
            expect(pace.holdMs(now)).toBeLessThanOrEqual(300_000);
          }
        },
      ),
    );
  });
});
