/** Whether it is told that a lead is tried again later: for another cause at once, for the same now and then; pure. */
import { HOUR_MS } from '@leads/pacing';

/** What was told last of a lead's deferrals; kept with it as JSON. */
export interface DeferralTold {
  cause: string;
  /** When, in milliseconds since the epoch. */
  at: number;
  /** How often something was told so far. */
  tellings: number;
  /** Deferrals since then that were not told. */
  untold: number;
}

/** After so long the same cause is told again, with how often it came, in milliseconds. */
const TELL_AGAIN_MS = HOUR_MS;

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
  // A clock that was set back must not silence a lead.
  const isDue = before === undefined || Math.abs(at.getTime() - before.at) >= TELL_AGAIN_MS;
  const isNews = before?.cause !== cause && tellings < CHANGES_TOLD;
  if (before && !isDue && !isNews) return { told: { ...before, untold: untold + 1 }, deferrals: undefined };
  return { told: { cause, at: at.getTime(), tellings: tellings + 1, untold: 0 }, deferrals: untold + 1 };
}
