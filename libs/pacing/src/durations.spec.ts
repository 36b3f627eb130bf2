import fc from 'fast-check';
import { expect, jest, test } from '@jest/globals';
import { Doorbell } from './doorbell.ts';
import { DAY_MS, LONGEST_TIMER_MS, timerMs } from './durations.ts';

test('no span is longer than a timer takes, and none that fits is changed but to a whole number', () => {
  const span = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.constantFrom(1e12, -0, Infinity, -Infinity),
  );
  fc.assert(
    fc.property(span, (ms) => {
      const set = timerMs(ms);
      expect(set).toBeGreaterThanOrEqual(0);
      expect(set).toBeLessThanOrEqual(LONGEST_TIMER_MS);
      if (ms >= 0 && ms <= LONGEST_TIMER_MS) expect(set - Math.ceil(ms)).toBe(0);
    }),
  );
});

test('who sleeps for longer than a timer takes does not wake at once', async () => {
  jest.useFakeTimers();
  const woken = jest.fn();
  const bell = new Doorbell();
  const sleeping = bell.sleep(100 * DAY_MS).then(woken);
  await jest.advanceTimersByTimeAsync(DAY_MS);
  expect(woken).not.toHaveBeenCalled();
  bell.ring();
  await sleeping;
  jest.useRealTimers();
});
