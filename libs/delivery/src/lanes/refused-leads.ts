/** Which causes leads of a connection die of: told at the first that dies, over when one of that kind passes; pure. */
import type { Reason } from '@leads/contracts';

/** A cause that leads have died of. */
export interface RefusedCause {
  cause: string;
  /** Leads still die of it, as far as is known. */
  stands: boolean;
  /** Others pass beside those that are refused for it: what passes says nothing of it, unless it was refused for it before. */
  amongOthers: boolean;
  /** How many leads were dead of it when that was told last; absent in what was kept before this was. */
  dead?: number;
}

/** The end of one lead, as far as it says something of what leads die of. */
export type Settled =
  | { kind: 'dead'; reason: Reason; amongOthers: boolean }
  /** @property refusedFor the cause that the lead was refused for before it passed */
  | { kind: 'written'; refusedFor: string | undefined };

/** What the ends of leads make of what is known, and what is to be told of it. */
export interface FoldedCauses {
  known: RefusedCause[];
  /** The latest reason of each cause that leads died of. */
  died: Reason[];
  /** The causes that are over. */
  over: string[];
}

/**
 * Folds ends in, in their order.
 *
 * A cause is over when a lead that was refused for it passes: replayed, or tried once more. Where it refused every lead
 * there was, any lead that passes ends it; one that comes back after that refuses some leads among others, and is
 * ended by its own kind alone.
 */
export function foldRefused(before: readonly RefusedCause[], settled: readonly Settled[]): FoldedCauses {
  const known = new Map(before.map((one) => [one.cause, one]));
  const died = new Map<string, Reason>();
  for (const end of settled) {
    if (end.kind === 'dead') {
      const { cause } = end.reason;
      const amongOthers = end.amongOthers || (known.get(cause)?.amongOthers ?? false);
      known.set(cause, { cause, stands: true, amongOthers });
      died.set(cause, end.reason);
      continue;
    }
    if (end.refusedFor !== undefined) known.delete(end.refusedFor);
    for (const one of known.values()) {
      if (!one.amongOthers) known.set(one.cause, { ...one, stands: false, amongOthers: true });
    }
  }
  const stands = (cause: string): boolean => known.get(cause)?.stands === true;
  const told = [...before.filter((one) => one.stands).map(({ cause }) => cause), ...died.keys()];
  return {
    known: [...known.values()],
    died: [...died.values()].filter(({ cause }) => stands(cause)),
    over: [...new Set(told)].filter((cause) => !stands(cause)),
  };
}

/**
 * A cause whose leads are still dead goes on, whatever passes: they are to be replayed, and who is told that it is over
 * looks for none.
 * @param before what was known before the ends were folded in
 * @param dead the causes that leads are dead of by now, with how many
 * @returns the causes of which something is to be told: those that go on with another count, and those that are over
 */
export function keepUnreplayed(
  before: readonly RefusedCause[],
  { known, died, over }: FoldedCauses,
  dead: readonly { cause: string; dead: number }[],
): { known: RefusedCause[]; changed: string[]; over: string[] } {
  const counts = new Map(dead.map((one) => [one.cause, one.dead]));
  const after = new Map(known.map((one) => [one.cause, one]));
  const changed = new Set(died.map(({ cause }) => cause));
  for (const cause of [...changed, ...over]) {
    const count = counts.get(cause);
    if (count === undefined) continue;
    const amongOthers = after.get(cause)?.amongOthers ?? true;
    after.set(cause, { cause, stands: true, amongOthers, dead: count });
    if (before.find((one) => one.cause === cause)?.dead !== count) changed.add(cause);
  }
  return {
    known: [...after.values()],
    changed: [...changed],
    over: over.filter((cause) => !counts.has(cause)),
  };
}
