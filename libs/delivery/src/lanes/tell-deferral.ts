/** Whether it is told that a lead is tried again later: for another cause at once, for the same now and then; pure. */
import { HOUR_MS, MINUTE_MS } from '@leads/pacing';

/** What was told last of a lead's deferrals; kept with it as JSON. */
export interface DeferralTold {
  cause: string;
  /** When, in milliseconds since the epoch. */
  at: number;
  /** How often something was told so far. */
  tellings: number;
  /** Deferrals since then that were not told. */
  untold: number;
  /** When the first was told, in milliseconds since the epoch; absent in what was kept before this was. */
  since?: number;
  /** The cause by which it is told as a trouble of its own that this lead waits while others are written. */
  stuckFor?: string;
}

/** After so long the same cause is told again, with how often it came: at first, and later; doubled between. */
const TELL_AGAIN_MS = { first: MINUTE_MS, most: HOUR_MS };

/** So often another cause is told at once; causes that go on taking turns are told as one and the same is. */
const CHANGES_TOLD = 20;

/**
 * @param before what was told last; nothing yet where that is undefined
 * @returns what is to be kept, and of how many deferrals the telling is; `undefined` where nothing is told
 */
export function tellDeferral(
  before: DeferralTold | undefined,
  cause: string,
  at: Date,
): { told: DeferralTold; deferrals: number | undefined } {
  const { tellings, untold } = before ?? { tellings: 0, untold: 0 };
  const now = at.getTime();
  const pauseMs = Math.min(TELL_AGAIN_MS.most, TELL_AGAIN_MS.first * 2 ** (tellings - 1));
  // A clock that was set back must not silence a lead.
  const isDue = before === undefined || Math.abs(now - before.at) >= pauseMs;
  const isNews = before?.cause !== cause && tellings < CHANGES_TOLD;
  if (before && !isDue && !isNews) return { told: { ...before, untold: untold + 1 }, deferrals: undefined };
  const told = { since: now, ...before, cause, at: now, tellings: tellings + 1, untold: 0 };
  return { told, deferrals: untold + 1 };
}
