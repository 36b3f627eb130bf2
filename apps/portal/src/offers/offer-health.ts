/** How an offer's lead destination is, of all that is known of its connection; pure. */
import type { LaneReport, Reason } from '@leads/contracts';
import type { Offer, Problem, Validation } from '@leads/contracts/portal-api';

/** What an offer's health depends on. */
export interface HealthFacts {
  state: Offer['state'];
  /** When the connection was last changed: what a Validate found before may be mended by it. */
  changedAt: Date;
  lane: Pick<LaneReport, 'breaker' | 'throttledUntil' | 'at'> | null;
  /** The newest Validate that has ended. */
  validation: { at: Date; passed: boolean; checks: Validation['checks'] } | null;
  /** The worst incident that is not resolved, and whether it keeps leads from Dynamics. */
  incident: { problem: Problem; isGrave: boolean } | null;
}

type Health = Pick<Offer, 'health' | 'problem'>;

/** What is worst counts, and is told with what to do about it. */
export function healthOf({ state, changedAt, lane, validation, incident }: HealthFacts, now: Date): Health {
  if (state !== 'published') return { health: state };
  if (incident?.isGrave) return { health: 'failing', problem: incident.problem };
  if (lane?.breaker.state === 'open') {
    const { reason = UNTOLD, since = lane.at } = lane.breaker;
    return { health: 'failing', problem: { ...reason, since } };
  }
  const failed = validation?.checks.find(({ status }) => status === 'failed');
  if (validation && !validation.passed && validation.at > changedAt) {
    // On the wire a check's `cause` is the sentence; the machine word is the check's own name.
    const {
      check: cause = 'validation',
      cause: what = 'The last Validate failed.',
      remedy = 'Validate again to see what is the matter.',
    } = failed ?? {};
    return { health: 'warning', problem: { cause, what, remedy, since: validation.at.toISOString() } };
  }
  if (incident) return { health: 'warning', problem: incident.problem };
  const isThrottled = lane?.throttledUntil !== undefined && new Date(lane.throttledUntil) > now;
  return { health: isThrottled ? 'throttled' : 'healthy' };
}

const UNTOLD: Reason = {
  cause: 'unknown',
  what: 'Leads wait because the connection does not work.',
  remedy: 'Validate the connection to see why. No lead is lost.',
};
