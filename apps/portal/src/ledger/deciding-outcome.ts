/** Which of several outcomes of one lead says how it stands, whatever order they are read in; pure. */
import type { LeadOutcome } from '@leads/contracts';

/** What a replay tells of itself: the writer has set the dead lead pending again. */
const REPLAYED = 'replayed';

/** Whether a deferral is no failure, but a person's wish to try again. */
export function isReplay(outcome: LeadOutcome): boolean {
  return outcome.outcome === 'deferred' && outcome.reason.cause === REPLAYED;
}

/**
 * Whether an outcome counts more than another of the same lead. `written` is final, and the first of two; of others
 * the one after more attempts counts, then the later, then the death: writers whose clocks differ count alike, and only
 * what costs no attempt goes by the time. `settleLeads` has the same rule in SQL.
 */
export function decidesOver(outcome: LeadOutcome, other: LeadOutcome): boolean {
  const time = Date.parse(outcome.at) - Date.parse(other.at);
  if (outcome.outcome === 'written') return other.outcome !== 'written' || time < 0;
  if (other.outcome === 'written') return false;
  return (outcome.attempts - other.attempts || time || deadFirst(outcome) - deadFirst(other)) > 0;
}

function deadFirst({ outcome }: LeadOutcome): number {
  return outcome === 'dead' ? 1 : 0;
}
