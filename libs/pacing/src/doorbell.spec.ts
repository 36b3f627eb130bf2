import { describe, expect, test } from '@jest/globals';
import { Doorbell } from './doorbell.ts';

const LONG_MS = 60_000;

/** Whether a sleep ends by itself well before its time. */
async function wakes(sleeping: Promise<void>): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const timeout = setTimeout(() => timer.resolve(false), 200);
  const woken = await Promise.race([sleeping.then(() => true), timer.promise]);
  clearTimeout(timeout);
  return woken;
}

describe('a sleeper with a doorbell', () => {
  test('wakes when it rings', async () => {
    const bell = new Doorbell();
    const sleeping = bell.sleep(LONG_MS);
    bell.ring();
    expect(await wakes(sleeping)).toBe(true);
  });

  test('does not sleep at all when it rang just before, but only that once', async () => {
    const bell = new Doorbell();
    bell.ring();
    bell.ring();
    expect(await wakes(bell.sleep(LONG_MS))).toBe(true);
    const sleeping = bell.sleep(LONG_MS);
    expect(await wakes(sleeping)).toBe(false);
    bell.ring();
    await sleeping;
  });

  test('sleeps when the ring was answered', async () => {
    const bell = new Doorbell();
    bell.ring();
    bell.answer();
    const sleeping = bell.sleep(LONG_MS);
    expect(await wakes(sleeping)).toBe(false);
    bell.ring();
    await sleeping;
  });

  test('wakes by itself when its time is over', async () => {
    await new Doorbell().sleep(1);
  });
});
