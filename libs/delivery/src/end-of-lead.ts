/** What becomes of a lead, by what was read in the answer to it and whose fault a refusal is; pure. */
import { type BackOff, backOffMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '@leads/pacing';
import type { Refused } from './destination.ts';
import type { End } from './lanes/deliveries.ts';
import { grantedMs } from './lanes/limits.ts';
import type { Fault } from './lanes/whose-fault.ts';
import type { Read } from './send-request.ts';

/** Between two tries of a lead that nobody refuses: no longer than a lane waits, for it may be the only one. */
const TRY_AGAIN: BackOff = { firstMs: SECOND_MS, mostMs: MINUTE_MS };

/** Between two tries of a lead that this product fails over; for ever. */
const DEFECT_AGAIN: BackOff = { firstMs: SECOND_MS, mostMs: HOUR_MS };

/**
 * What becomes of a lead, by what was read in the answer to it.
 * @param fault whose a refusal is
 * @param random a number in [0, 1)
 */
export function endOf({ delivery, reading, isDefect }: Read, fault: Fault | undefined, random: number): End {
  const { attempts } = delivery;
  switch (reading.kind) {
    case 'written':
      return reading;
    case 'throttled':
      return { kind: 'deferred', afterMs: grantedMs(reading.waitMs), counts: false, reason: reading.reason };
    case 'outdated':
      return {
        kind: 'deferred',
        afterMs: grantedMs(reading.againMs ?? 0),
        counts: true,
        reason: reading.reason,
      };
    case 'away':
    case 'unclear': {
      const afterMs = backOffMs(attempts + 1, random, isDefect ? DEFECT_AGAIN : TRY_AGAIN);
      const marks = reading.kind === 'unclear' ? { isUnclear: true } : {};
      return { kind: 'deferred', afterMs, counts: true, reason: reading.reason, marks };
    }
    case 'refused':
      return endOfRefusal(reading, fault);
  }
}

function endOfRefusal({ reason, signature }: Refused, fault: Fault = { of: 'connection' }): End {
  switch (fault.of) {
    case 'lead':
      return { kind: 'dead', reason, amongOthers: fault.amongOthers };
    case 'nobody': {
      const { afterMs, strikes } = fault;
      return {
        kind: 'deferred',
        afterMs,
        counts: true,
        reason,
        marks: { strikes, signature, refusedFor: reason.cause },
      };
    }
    // The lane waits for its connection; the lead is due as soon as the lane goes on.
    case 'connection':
      return { kind: 'deferred', afterMs: 0, counts: true, reason, marks: { strikes: 0, signature } };
  }
}
