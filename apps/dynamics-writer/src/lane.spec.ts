import { describe, expect, test } from '@jest/globals';
import { Lane } from './lane.ts';

const LONG_MS = 60_000;

function lane(): Lane {
  return new Lane({
    connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
    organization: 'https://contoso.crm4.dynamics.com',
    secretVersion: 1,
    fence: 1,
    version: 1,
    brokenCause: null,
  });
}

/** Whether a sleep ends by itself well before its time. */
async function wakes(sleeping: Promise<void>): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const timeout = setTimeout(() => timer.resolve(false), 200);
  const woken = await Promise.race([sleeping.then(() => true), timer.promise]);
  clearTimeout(timeout);
  return woken;
}

describe('a sleeping lane', () => {
  test('wakes for news, for its end and for a changed connection', async () => {
    const reasons: ((lane: Lane) => void)[] = [
      (sleeper) => sleeper.wake(),
      (sleeper) => sleeper.end(),
      (sleeper) =>
        sleeper.refresh({ organization: 'https://contoso.crm4.dynamics.com', secretVersion: 1, version: 2 }),
    ];
    for (const reason of reasons) {
      const sleeper = lane();
      const sleeping = sleeper.sleep(LONG_MS);
      reason(sleeper);
      expect(await wakes(sleeping)).toBe(true);
    }
  });

  test('does not sleep at all over news that came just before', async () => {
    const sleeper = lane();
    sleeper.wake();
    expect(await wakes(sleeper.sleep(LONG_MS))).toBe(true);
  });

  test('sleeps through the renewal of its lease', async () => {
    const sleeper = lane();
    const sleeping = sleeper.sleep(LONG_MS);
    sleeper.refresh({ organization: 'https://contoso.crm4.dynamics.com', secretVersion: 1, version: 1 });
    expect(await wakes(sleeping)).toBe(false);
    sleeper.end();
    await sleeping;
  });
});

describe('a lane that holds back', () => {
  test('is let go by a save and by a test lead, but not by mere news', () => {
    const holding = lane();
    let letGo = 0;
    holding.onSaved = () => (letGo += 1);
    holding.wake();
    expect(letGo).toBe(0);
    holding.probe();
    expect(letGo).toBe(1);
    holding.refresh({ organization: 'https://contoso.crm4.dynamics.com', secretVersion: 1, version: 2 });
    expect(letGo).toBe(2);
  });
});
