import { expect, test } from '@jest/globals';
import type { LeadOutcome } from '@leads/contracts';
import fc from 'fast-check';
import { decidesOver } from './deciding-outcome.ts';
import { acceptance, outcomeOf } from '../testing/ledger-events.ts';

const lead = acceptance('5e2f1c7a-8d2b-4c0e-9d57-3a1f0b6c2d4e', { acceptedAt: '2026-11-22T20:00:00.000Z' });

const outcomes: fc.Arbitrary<LeadOutcome> = fc
  .tuple(fc.constantFrom('written', 'dead', 'deferred'), fc.nat({ max: 3 }), fc.nat({ max: 3 }))
  .map(([outcome, afterMs, attempts]) => outcomeOf(lead, { outcome }, afterMs, attempts));

const deciding = (all: LeadOutcome[]): LeadOutcome =>
  all.reduce((so, outcome) => (decidesOver(outcome, so) ? outcome : so));

test('the same outcome decides in whatever order they come', () => {
  fc.assert(
    fc.property(
      fc
        .array(outcomes, { minLength: 1 })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const [one, other] = [deciding(all), deciding(shuffled)];
        expect([other.outcome, other.at]).toEqual([one.outcome, one.at]);
        if (one.outcome !== 'written') expect(other.attempts).toBe(one.attempts);
      },
    ),
  );
});

test('a lead that was written stays so, whatever is heard of it later', () => {
  const written = outcomeOf(lead, { outcome: 'written' }, 100);
  expect(decidesOver(outcomeOf(lead, { outcome: 'dead' }, 200, 9), written)).toBe(false);
  expect(decidesOver(written, outcomeOf(lead, { outcome: 'dead' }, 200, 9))).toBe(true);
});

test.each([-5, 5])(
  'two writers whose clocks are %d minutes apart count alike: what cost more attempts is later',
  (minutes) => {
    const skewMs = minutes * 60_000;
    const first = outcomeOf(lead, { outcome: 'deferred' }, 600_000 + skewMs, 1);
    const second = outcomeOf(lead, { outcome: 'dead' }, 601_000, 2);
    expect(decidesOver(second, first)).toBe(true);
    expect(decidesOver(first, second)).toBe(false);
  },
);
