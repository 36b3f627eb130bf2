/** What becomes of a mail after an attempt: how long a recipient is tried, and after what nobody tries again; pure. */
import { type BackOff, backOffMs, DAY_MS, HOUR_MS, MINUTE_MS } from '@leads/pacing';
import type { Verdict } from './judge-answer.ts';

/** What is known of a mail's attempts. */
export interface History {
  /** How many there have been, this one included. */
  attempts: number;
  /** For how long the server has refused this recipient, in milliseconds; `null` where this is the first time. */
  refusedMs: number | null;
  /** Whether the server has taken other mails meanwhile: it is not everything that it refuses. */
  othersTaken: boolean;
}

export type Next =
  | { kind: 'sent' }
  /** It is over. `isAddress`: because there is no such mailbox. */
  | { kind: 'refused'; isAddress: boolean }
  /** `isRecipients`: for the recipient's or the mail's sake, which is not tried for ever. */
  | { kind: 'again'; inMs: number; isRecipients: boolean };

/** Mails that wait for the server: worth little tomorrow, they are tried often, for as long as it takes. */
const OFTEN: BackOff = { firstMs: 1_000, mostMs: 5 * MINUTE_MS };
/** A recipient that is refused: greylisting is over in minutes, a full mailbox in days. */
const SELDOM: BackOff = { firstMs: 1_000, mostMs: HOUR_MS };

/** How long a bare "no" to a recipient is doubted where others get their mails, in milliseconds. */
export const DOUBTED_MS = 12 * HOUR_MS;
/** And where nobody does, or the server speaks of later. */
export const TRIED_FOR_MS = 5 * DAY_MS;
/** What is in a mail does not change: it is tried no longer than that. */
const MESSAGE_TRIED_FOR_MS = DAY_MS;

/** @param random a number in [0, 1) */
export function decideNext(verdict: Verdict, history: History, random: number): Next {
  const refusedMs = history.refusedMs ?? 0;
  const { othersTaken } = history;
  switch (verdict.kind) {
    case 'accepted':
      return { kind: 'sent' };
    case 'address-wrong':
      if (verdict.isCertain) return { kind: 'refused', isAddress: true };
      return unless(refusedMs >= (othersTaken ? DOUBTED_MS : TRIED_FOR_MS), othersTaken);
    case 'recipient-later':
      return unless(refusedMs >= TRIED_FOR_MS, false);
    case 'message-refused':
      return unless(refusedMs >= MESSAGE_TRIED_FOR_MS, false);
    case 'ours':
      // Where others get their mails it is this recipient's server that wants none of ours.
      if (othersTaken && refusedMs >= TRIED_FOR_MS) return { kind: 'refused', isAddress: false };
      return { kind: 'again', inMs: backOffMs(history.attempts, random, OFTEN), isRecipients: true };
    case 'slow-down':
    case 'server':
      return { kind: 'again', inMs: backOffMs(history.attempts, random, OFTEN), isRecipients: false };
  }

  function unless(isOver: boolean, isAddress: boolean): Next {
    if (isOver) return { kind: 'refused', isAddress };
    return { kind: 'again', inMs: backOffMs(history.attempts, random, SELDOM), isRecipients: true };
  }
}
