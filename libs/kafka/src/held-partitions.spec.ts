import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HeldPartitions } from './held-partitions.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const down = new Error('down');

describe('a held partition', () => {
  test('is resumed after a pause that grows with each failure in a row', () => {
    const held = new HeldPartitions(() => 0.5);
    const resume = jest.fn();
    expect(held.hold('t[0]', down, resume)).toEqual({ failures: 1, pauseMs: 100 });
    jest.advanceTimersByTime(99);
    expect(resume).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(resume).toHaveBeenCalledTimes(1);
    expect(held.hold('t[0]', down, resume)).toEqual({ failures: 2, pauseMs: 150 });
  });

  test('starts afresh once its records were safe', () => {
    const held = new HeldPartitions(() => 0);
    held.hold('t[0]', down, () => undefined);
    expect([held.release('t[0]'), held.release('t[0]')]).toEqual([true, false]);
    expect(held.hold('t[0]', down, () => undefined).failures).toBe(1);
  });

  test('counts for itself, and the latest failure is the one to show', () => {
    const held = new HeldPartitions(() => 0);
    held.hold('t[0]', new Error('first'), () => undefined);
    held.hold('t[1]', new Error('second'), () => undefined);
    expect(held.hold('t[0]', new Error('third'), () => undefined).failures).toBe(2);
    expect(held.lastError?.message).toBe('third');
    held.release('t[0]');
    expect(held.lastError?.message).toBe('second');
  });

  test('is known to be held for long from its first failure in a row on', () => {
    const held = new HeldPartitions(() => 0);
    held.hold('t[0]', down, () => undefined);
    jest.advanceTimersByTime(60_000);
    held.hold('t[0]', down, () => undefined);
    held.hold('t[1]', down, () => undefined);
    expect([held.areAnyHeldFor(60_000), held.areAnyHeldFor(60_001)]).toEqual([true, false]);
    held.release('t[0]');
    expect(held.areAnyHeldFor(1)).toBe(false);
  });

  test('that another member has now is no error of this one, and is resumed in case it comes back', () => {
    const held = new HeldPartitions(() => 0);
    const resume = jest.fn();
    held.hold('t[0]', down, resume);
    held.keepOnly(new Set(['t[1]']));
    expect(held.lastError).toBeUndefined();
    jest.advanceTimersByTime(250);
    expect(resume).toHaveBeenCalledTimes(1);
  });

  test('is not resumed after closing', () => {
    const held = new HeldPartitions(() => 0);
    const resume = jest.fn();
    held.hold('t[0]', down, resume);
    held.clear();
    jest.advanceTimersByTime(60_000);
    expect(resume).not.toHaveBeenCalled();
  });
});
