import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TimedOut, within } from './within.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Work that never ends by itself. */
const endless = (): Promise<never> => new Promise(() => undefined);

describe('work within a time', () => {
  test('gives what it comes to, and leaves no timer behind', async () => {
    await expect(within(1_000, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('fails as it fails, and leaves no timer behind', async () => {
    await expect(within(1_000, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    const thrown = within(1_000, () => {
      throw new Error('thrown at once');
    });
    await expect(thrown).rejects.toThrow('thrown at once');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('has timed out when its time is over, not before', async () => {
    const settled = jest.fn();
    const late = within(1_000, endless).catch((error: unknown) => {
      settled();
      return error;
    });
    await jest.advanceTimersByTimeAsync(999);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(await late).toMatchObject({ name: 'TimedOut', afterMs: 1_000 });
  });

  test('is told by the signal, and its failure because of that is still a time-out', async () => {
    const late = within(
      1_000,
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('broken off')));
        }),
    );
    const refused = expect(late).rejects.toBeInstanceOf(TimedOut);
    await jest.advanceTimersByTimeAsync(1_000);
    await refused;
  });

  test('is given the longest time there is where more is asked for', async () => {
    const settled = jest.fn();
    void within(Infinity, endless).catch(settled);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(settled).not.toHaveBeenCalled();
  });
});
