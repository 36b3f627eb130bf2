/** How an offer's lead destination is, of all that is known of its connection; pure. */
import type { LaneReport, Reason } from '@leads/contracts';
import type { Offer, Validation } from '@leads/contracts/portal-api';

/** What an offer's health depends on. */
export interface HealthFacts {
  state: Offer['state'];
  /** When the connection was last changed: a warning of before may be mended by it. */
  changedAt: Date;
  lane: Pick<LaneReport, 'breaker' | 'throttledUntil' | 'at'> | null;
  /** The newest Validate that has ended. */
  validation: { at: Date; passed: boolean; checks: Validation['checks'] } | null;
  /** The newest alert that is a warning. */
  warning: { at: Date; what: string; remedy: string; kind: string } | null;
}

type Health = Pick<Offer, 'health' | 'problem'>;

/** What is worst counts, and is told with what to do about it. */
export function healthOf({ state, changedAt, lane, validation, warning }: HealthFacts, now: Date): Health {
  if (state !== 'published') return { health: state };
  if (lane?.breaker.state === 'open') {
    const { reason = UNTOLD, since = lane.at } = lane.breaker;
    return { health: 'failing', problem: { ...reason, since } };
  }
  const failed = validation?.checks.find(({ status }) => status === 'failed');
  if (validation && !validation.passed && validation.at > changedAt) {
    const { cause, remedy } = failed ?? {};
    return {
      health: 'warning',
      problem: {
        cause: failed?.check ?? 'validation',
        what: cause ?? 'The last Validate failed.',
        remedy: remedy ?? 'Validate again to see what is the matter.',
        since: validation.at.toISOString(),
      },
    };
  }
  const mendedAt = Math.max(changedAt.getTime(), validation?.passed ? validation.at.getTime() : 0);
  if (warning && warning.at.getTime() > mendedAt) {
    const { kind: cause, what, remedy, at } = warning;
    return { health: 'warning', problem: { cause, what, remedy, since: at.toISOString() } };
  }
  const isThrottled = lane?.throttledUntil !== undefined && new Date(lane.throttledUntil) > now;
  return { health: isThrottled ? 'throttled' : 'healthy' };
}

const UNTOLD: Reason = {
  cause: 'unknown',
  what: 'Leads wait because the connection does not work.',
  remedy: 'Validate the connection to see why. No lead is lost.',
};
