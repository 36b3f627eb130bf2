import { expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@leads/pacing';
import fc from 'fast-check';
import { type DeferralTold, tellDeferral } from './tell-deferral.ts';

/** What is told of one lead, as `cause × deferrals`, and what is kept in the end. */
function tell(deferrals: { cause: string; at: number }[]): {
  told: string[];
  kept: DeferralTold | undefined;
} {
  let kept: DeferralTold | undefined;
  const told: string[] = [];
  for (const { cause, at } of deferrals) {
    const next = tellDeferral(kept, cause, new Date(at));
    kept = next.told;
    if (next.deferrals !== undefined) told.push(`${cause} × ${next.deferrals}`);
  }
  return { told, kept };
}

const every = (ms: number, forMs: number, cause: (n: number) => string) =>
  Array.from({ length: Math.ceil(forMs / ms) }, (_, n) => ({ cause: cause(n), at: n * ms }));

test('the first is told, another cause at once, the same at pauses that double up to an hour, with how often it came', () => {
  const { told } = tell([
    ...every(MINUTE_MS, HOUR_MS, () => 'busy'),
    { cause: 'away', at: HOUR_MS - 1 },
    { cause: 'away', at: HOUR_MS },
    { cause: 'away', at: 2 * HOUR_MS - 1 },
  ]);
  expect(told).toEqual([
    ...['busy × 1', 'busy × 1', 'busy × 2', 'busy × 4', 'busy × 8', 'busy × 16'],
    ...['away × 29', 'away × 2'],
  ]);
});

test('causes that take turns for ever are told hourly in the end', () => {
  const { told } = tell(every(MINUTE_MS, DAY_MS, (n) => (n % 2 === 0 ? 'busy' : 'away')));
  expect(told.length).toBeLessThanOrEqual(20 + 24);
});

test('a clock that was set back silences nobody', () => {
  const { told } = tell([
    { cause: 'busy', at: DAY_MS },
    { cause: 'busy', at: DAY_MS - 2 * HOUR_MS },
  ]);
  expect(told).toHaveLength(2);
});

test('whatever comes, every deferral is told of once or waits to be', () => {
  const deferral = fc.record({ cause: fc.constantFrom('a', 'b', 'c'), at: fc.nat({ max: 3 * DAY_MS }) });
  fc.assert(
    fc.property(fc.array(deferral), (deferrals) => {
      const { told, kept } = tell(deferrals);
      const counted = told.reduce((sum, words) => sum + Number(words.split(' × ')[1]), 0);
      expect(counted + (kept?.untold ?? 0)).toBe(deferrals.length);
    }),
  );
});
