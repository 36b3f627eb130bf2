import { describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@leads/pacing';
import fc from 'fast-check';
import { decideNext, DOUBTED_MS, type History, TRIED_FOR_MS } from './decide-next.ts';
import { explanations } from './explain-refusals.ts';
import type { Verdict } from './judge-answer.ts';

const OURS: Verdict = { kind: 'ours', ...explanations.sender };
const BARE: Verdict = { kind: 'address-wrong', isCertain: false };
const verdicts: readonly Verdict[] = [
  { kind: 'accepted' },
  { kind: 'address-wrong', isCertain: true },
  BARE,
  { kind: 'recipient-later' },
  { kind: 'slow-down' },
  { kind: 'message-refused' },
  OURS,
  { kind: 'server' },
];
const after = (refusedMs: number | null, othersTaken: boolean, attempts = 5): History => ({
  ...{ attempts, refusedMs, othersTaken },
});
const kindOf = (verdict: Verdict, history: History) => decideNext(verdict, history, 0.5).kind;

describe('a recipient', () => {
  test('whose address is surely wrong is over at once, and marked', () => {
    expect(decideNext({ kind: 'address-wrong', isCertain: true }, after(null, false), 0)).toEqual({
      ...{ kind: 'refused', isAddress: true },
    });
  });

  test('of a bare "no" is doubted for hours where others get their mails, and for days where nobody does', () => {
    expect(kindOf(BARE, after(null, true, 1))).toBe('again');
    expect(kindOf(BARE, after(DOUBTED_MS - 1, true))).toBe('again');
    expect(decideNext(BARE, after(DOUBTED_MS, true), 0)).toEqual({ kind: 'refused', isAddress: true });
    expect(kindOf(BARE, after(TRIED_FOR_MS - 1, false))).toBe('again');
    expect(decideNext(BARE, after(TRIED_FOR_MS, false), 0)).toEqual({ kind: 'refused', isAddress: false });
  });

  test('who is to be tried later is tried for days, once an hour at the least, and never marked', () => {
    const later: Verdict = { kind: 'recipient-later' };
    expect(decideNext(later, after(TRIED_FOR_MS - 1, true, 100), 0.999)).toMatchObject({ kind: 'again' });
    expect(decideNext(later, after(TRIED_FOR_MS, true), 0)).toEqual({ kind: 'refused', isAddress: false });
  });
});

test('what is ours or the server’s waits for as long as it takes, and strikes nobody off', () => {
  const history = fc.record({
    attempts: fc.integer({ min: 1, max: 10_000 }),
    refusedMs: fc.option(fc.double({ min: 0, max: 90 * DAY_MS, noNaN: true })),
    othersTaken: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...verdicts),
      history,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (verdict, known, random) => {
        const next = decideNext(verdict, known, random);
        expect(next.kind === 'sent').toBe(verdict.kind === 'accepted');
        if (next.kind === 'again') expect(next.inMs).toBeLessThanOrEqual(HOUR_MS);
        if (verdict.kind === 'server' || verdict.kind === 'slow-down') expect(next.kind).toBe('again');
        if (next.kind === 'refused' && next.isAddress) expect(verdict.kind).toBe('address-wrong');
        if (verdict.kind === 'ours' && !known.othersTaken) expect(next.kind).toBe('again');
      },
    ),
  );
});
