import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Rounds } from './rounds.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const EVERY_MS = 1_000;
const noError = (error: unknown): never => {
  throw error;
};

/** A round that takes so long, and how many of it there have been. */
function roundOf(ms: number) {
  const counts = { begun: 0, ended: 0 };
  const round = async (): Promise<void> => {
    counts.begun += 1;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    counts.ended += 1;
  };
  return { counts, round };
}

describe('rounds', () => {
  test('begin at once and come again, a span after the one before has ended', async () => {
    const { counts, round } = roundOf(300);
    const rounds = new Rounds(round, { everyMs: EVERY_MS, onError: noError });
    rounds.start();
    rounds.start();
    expect(counts.begun).toBe(1);
    await jest.advanceTimersByTimeAsync(1_299);
    expect(counts.begun).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(counts.begun).toBe(2);
    await Promise.all([rounds.stop(), jest.advanceTimersByTimeAsync(300)]);
  });

  test('wait for the first where told to', async () => {
    const { counts, round } = roundOf(0);
    const rounds = new Rounds(round, { everyMs: EVERY_MS, firstMs: 50, onError: noError });
    rounds.start();
    await jest.advanceTimersByTimeAsync(49);
    expect(counts.begun).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(counts.begun).toBe(1);
    await rounds.stop();
  });

  test.each([-5, 5])(
    'keep their pace while the clock of the machine is set %d minutes ahead',
    async (minutes) => {
      const { counts, round } = roundOf(0);
      const rounds = new Rounds(round, { everyMs: EVERY_MS, onError: noError });
      rounds.start();
      await jest.advanceTimersByTimeAsync(EVERY_MS / 2);
      jest.setSystemTime(Date.now() + minutes * 60_000);
      await jest.advanceTimersByTimeAsync(EVERY_MS / 2 - 1);
      expect(counts.begun).toBe(1);
      await jest.advanceTimersByTimeAsync(1);
      expect(counts.begun).toBe(2);
      await rounds.stop();
    },
  );

  test('go on after one that failed, and tell why it did', async () => {
    const onError = jest.fn();
    const round = jest.fn(() => Promise.reject(new Error('refused')));
    const rounds = new Rounds(round, { everyMs: EVERY_MS, onError });
    rounds.start();
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(round).toHaveBeenCalledTimes(2);
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'refused' }));
    await rounds.stop();
  });

  test('come sooner when asked; asked for while one is under way, another follows it', async () => {
    const { counts, round } = roundOf(100);
    const rounds = new Rounds(round, { everyMs: EVERY_MS, onError: noError });
    rounds.start();
    rounds.sooner();
    rounds.sooner();
    await jest.advanceTimersByTimeAsync(100);
    expect(counts).toEqual({ begun: 2, ended: 1 });
    await jest.advanceTimersByTimeAsync(200);
    expect(counts).toEqual({ begun: 2, ended: 2 });
    rounds.sooner();
    await jest.advanceTimersByTimeAsync(0);
    expect(counts.begun).toBe(3);
    await Promise.all([rounds.stop(), jest.advanceTimersByTimeAsync(100)]);
  });

  test('end only when the one under way has, and it sees that it should', async () => {
    let seen: AbortSignal | undefined;
    const ended = jest.fn();
    const rounds = new Rounds(
      (signal) => {
        seen = signal;
        return new Promise((resolve) => setTimeout(resolve, 500));
      },
      { everyMs: EVERY_MS, onError: noError },
    );
    rounds.start();
    const stopped = rounds.stop().then(ended);
    expect(seen?.aborted).toBe(true);
    await jest.advanceTimersByTimeAsync(499);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await stopped;
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that never began end at once, and those that wait end without waiting', async () => {
    const { counts, round } = roundOf(0);
    await new Rounds(round, { everyMs: EVERY_MS, onError: noError }).stop();
    const waiting = new Rounds(round, { everyMs: EVERY_MS, firstMs: EVERY_MS, onError: noError });
    waiting.start();
    await waiting.stop();
    expect(counts.begun).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('never overlap, whatever they take and whoever asks for them', async () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(3_000), ask: fc.boolean() }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(2_000), async (asked, tookMs) => {
        let underWay = 0;
        let most = 0;
        const rounds = new Rounds(
          async () => {
            underWay += 1;
            most = Math.max(most, underWay);
            await new Promise((resolve) => setTimeout(resolve, tookMs));
            underWay -= 1;
          },
          { everyMs: EVERY_MS, onError: noError },
        );
        rounds.start();
        for (const { afterMs, ask } of asked) {
          if (ask) rounds.sooner();
          await jest.advanceTimersByTimeAsync(afterMs);
        }
        await Promise.all([rounds.stop(), jest.advanceTimersByTimeAsync(tookMs)]);
        expect({ most, underWay, timers: jest.getTimerCount() }).toEqual({ most: 1, underWay: 0, timers: 0 });
      }),
      { numRuns: 50 },
    );
  });
});
