import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldRefused, keepUnreplayed, type RefusedCause, type Settled } from './refused-leads.ts';

const reason = (cause: string) => ({ cause, what: `It went so: ${cause}.`, remedy: 'Do this.' });
const dead = (cause: string, amongOthers = false): Settled => ({
  kind: 'dead',
  reason: reason(cause),
  amongOthers,
});
const passed = (refusedFor?: string): Settled => ({ kind: 'written', refusedFor });

/** What is told of each end in turn. */
function told(...settled: Settled[]): string[] {
  let known: RefusedCause[] = [];
  return settled.flatMap((end) => {
    const folded = foldRefused(known, [end]);
    ({ known } = folded);
    return [
      ...folded.died.map(({ cause }) => `died ${cause}`),
      ...folded.over.map((cause) => `over ${cause}`),
    ];
  });
}

describe('a cause that leads die of', () => {
  test('that refused every lead there was is over when any passes', () => {
    expect(told(dead('rule'), dead('rule'), passed(), passed())).toEqual([
      'died rule',
      'died rule',
      'over rule',
    ]);
  });

  test('that refuses some among others is over only when one of its kind passes', () => {
    expect(told(dead('rule', true), passed(), passed('other'), passed('rule'), passed())).toEqual([
      ...['died rule', 'over rule'],
    ]);
  });

  test('that comes back after others passed is ended by its own kind alone', () => {
    expect(told(dead('rule'), passed(), dead('rule'), passed(), passed('rule'))).toEqual([
      ...['died rule', 'over rule', 'died rule', 'over rule'],
    ]);
  });

  test('that was mended for its own kind begins anew', () => {
    expect(told(dead('rule', true), passed('rule'), dead('rule'), passed())).toEqual([
      ...['died rule', 'over rule', 'died rule', 'over rule'],
    ]);
  });

  test('is another than the next', () => {
    expect(told(dead('rule', true), dead('too-long', true), passed('too-long'))).toEqual([
      ...['died rule', 'died too-long', 'over too-long'],
    ]);
  });

  test('is told with the latest reason', () => {
    const [one, other] = [reason('rule'), { ...reason('rule'), what: 'Another field is missing.' }];
    const ends = [one, other].map((why): Settled => ({ kind: 'dead', reason: why, amongOthers: false }));
    expect(foldRefused([], ends).died).toEqual([other]);
  });

  test('stands as it was told last, however ends are put together', () => {
    const ends = fc.array(
      fc.oneof(
        fc
          .record({ cause: fc.constantFrom('a', 'b'), among: fc.boolean() })
          .map(({ cause, among }) => dead(cause, among)),
        fc.constantFrom(undefined, 'a', 'b').map(passed),
      ),
    );
    fc.assert(
      fc.property(ends, (all) => {
        const standing = new Set<string>();
        for (const one of told(...all)) {
          const [how, cause = ''] = one.split(' ');
          if (how === 'died') standing.add(cause);
          else standing.delete(cause);
        }
        const { known } = foldRefused([], all);
        const stands = known.filter((one) => one.stands).map(({ cause }) => cause);
        expect(stands.sort()).toEqual([...standing].sort());
      }),
    );
  });
});

describe('a cause whose leads are still dead', () => {
  const before: RefusedCause[] = [{ cause: 'rule', stands: true, amongOthers: true, dead: 2 }];
  const after = (ends: Settled[], ...still: { cause: string; dead: number }[]) =>
    keepUnreplayed(before, foldRefused(before, ends), still);

  test('goes on when one of its kind passes, and is told with those that are left', () => {
    const left = after([passed('rule')], { cause: 'rule', dead: 1 });
    expect(left).toEqual({
      known: [{ cause: 'rule', stands: true, amongOthers: true, dead: 1 }],
      changed: ['rule'],
      over: [],
    });
    const asBefore = { ...left, known: before, changed: [] };
    expect(after([passed('rule')], { cause: 'rule', dead: 2 })).toEqual(asBefore);
  });

  test('is over with the last of them', () => {
    expect(after([passed('rule')])).toEqual({ known: [], changed: [], over: ['rule'] });
  });
});
