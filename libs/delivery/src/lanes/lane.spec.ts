import { describe, expect, test } from '@jest/globals';
import { Lane } from './lane.ts';
import { Pace } from './pace.ts';

const LONG_MS = 60_000;

function lane(): Lane {
  return new Lane({
    connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
    url: 'https://there.example',
    secretVersion: 1,
    fence: 1,
    version: 1,
    broken: null,
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
      (sleeper) => sleeper.refresh({ url: 'https://there.example', secretVersion: 1, version: 2 }),
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
    sleeper.refresh({ url: 'https://there.example', secretVersion: 1, version: 1 });
    expect(await wakes(sleeping)).toBe(false);
    sleeper.end();
    await sleeping;
  });
});

describe('a lane that holds back', () => {
  const held = (): Lane => {
    const holding = lane();
    holding.pace.learn({ kind: 'throttled', waitMs: LONG_MS }, 5, 0, 0);
    expect(holding.pace.holdMs(0)).toBe(LONG_MS);
    return holding;
  };

  test('is let go by a save', () => {
    const holding = held();
    holding.refresh({ url: 'https://there.example', secretVersion: 1, version: 2 });
    expect([holding.pace.holdMs(0), holding.pace.askedMs(0)]).toEqual([0, 0]);
  });

  test('is let go by a test lead, but not by mere news', () => {
    const holding = held();
    holding.wake();
    expect(holding.pace.holdMs(0)).toBe(LONG_MS);
    holding.probe();
    expect([holding.pace.holdMs(0), holding.pace.askedMs(0)]).toEqual([0, 0]);
  });
});

test('a lane tells once it is found broken, and once it works again', () => {
  const told: (string | null)[] = [];
  const facts = { connectionId: 'c', url: 'https://there.example', secretVersion: 1, fence: 1, version: 1 };
  const changing = new Lane({ ...facts, broken: null }, new Pace(4), ({ brokenCause }) =>
    told.push(brokenCause),
  );
  changing.setBroken('role-missing');
  changing.setBroken(null);
  expect(told).toEqual(['role-missing', null]);
});
