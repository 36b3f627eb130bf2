/** Each entry of a lead's timeline in words, pure. */
import type { TimelineEntry } from '@leads/contracts/portal-api';
import type { Tone } from '../pieces/state-words.ts';
import { countWords, durationWords } from '../pieces/time-words.ts';

export interface EntryWords {
  tone: Tone;
  title: string;
  /** What happened, as it was told. */
  detail?: string;
  /** What to do, or what happens next. */
  next?: string;
}

/** @param since how long after the lead was accepted, in milliseconds, where that is worth saying */
export function entryWords(entry: TimelineEntry, since?: number): EntryWords {
  switch (entry.kind) {
    case 'received':
      return { tone: 'quiet', title: 'Received from the marketplace' };
    case 'accepted':
      return {
        tone: 'good',
        title: 'Accepted',
        detail: 'It is kept safe: from here on it is written, waiting or dead, and never lost.',
      };
    case 'made':
      return { tone: 'quiet', title: `Made by ${entry.by}`, detail: MADE[entry.from] };
    case 'repeated':
      return {
        tone: 'quiet',
        title: 'Posted again by the marketplace',
        detail: 'The same content came once more and was folded into this lead.',
      };
    case 'deferred':
      return {
        tone: 'waiting',
        title: entry.attempts === 0 ? 'Waiting' : `Not written yet (${attemptWords(entry.attempts)})`,
        detail:
          entry.deferrals === undefined
            ? entry.reason.what
            : `${entry.reason.what} So it was ${entry.deferrals} times since it was told before.`,
        next: entry.reason.remedy,
      };
    case 'held':
      return {
        tone: entry.until === undefined ? 'waiting' : 'quiet',
        title: entry.until === undefined ? 'Waits for its connection' : 'Waited for its connection',
        detail: entry.reason.what,
      };
    case 'dead':
      return {
        tone: 'bad',
        title: `Dead (${attemptWords(entry.attempts)})`,
        detail: entry.reason.what,
        next: entry.reason.remedy,
      };
    case 'replayed':
      return {
        tone: 'waiting',
        title: entry.by === undefined ? 'Replayed' : `Replayed by ${entry.by}`,
        detail: 'It goes the same way as a new lead.',
      };
    case 'written': {
      const detail = [
        ...(since === undefined ? [] : [`${durationWords(since)} after it was accepted.`]),
        ...(entry.foundThere ? ['It was there already: an earlier attempt had reached Dynamics.'] : []),
      ];
      return {
        tone: 'good',
        title: 'Written into Dynamics 365',
        ...(detail.length === 0 ? {} : { detail: detail.join(' ') }),
      };
    }
    case 'mailed': {
      const sent = entry.recipients.filter(({ result }) => result === 'sent').length;
      const refused = entry.recipients.length - sent;
      return {
        tone: refused > 0 ? 'warning' : sent > 0 ? 'good' : 'quiet',
        title: mailedTitle(sent, refused, entry.waiting?.length ?? 0),
        ...(refused > 0
          ? {
              next: 'Correct the contact e-mail addresses in the connection details. The lead itself is not affected.',
            }
          : {}),
      };
    }
  }
}

const MADE: Record<Extract<TimelineEntry, { kind: 'made' }>['from'], string> = {
  'kept-post':
    'What the marketplace posted could not be understood and was put aside; it was made a lead from there.',
  repeat: 'It came as a repeat of another lead, and is a wish of its own.',
  'deleted-connection':
    'It came to the address of a connection that had been deleted, and was taken from there.',
};

function mailedTitle(sent: number, refused: number, waiting: number): string {
  if (sent > 0) return `E-mail sent to ${countWords(sent, 'contact')}`;
  if (refused > 0) return 'The e-mail went to none of these contacts';
  return waiting > 0 ? 'The e-mail waits for contacts to confirm' : 'There is no contact to e-mail';
}

/** What comes next for a lead that waits: a try that is planned, or one that is due and tells here only what is new. */
export type NextAttempt = { kind: 'planned'; at: string } | { kind: 'due' };

/** Nearer than that a plan is no news: the page looks at its clock every 15 seconds, and must not tell what is past; in milliseconds. */
const NEAR_MS = 20_000;

/** What decides over what was planned before. */
const DECISIVE: readonly TimelineEntry['kind'][] = ['deferred', 'dead', 'replayed', 'written'];

/**
 * The next attempt of a lead, and the entry that told of it: what was planned before anything else happened is past.
 * @param entries oldest first
 */
export function nextAttempt(
  entries: readonly TimelineEntry[],
  isPending: boolean,
  now: Date,
): { entry: TimelineEntry; next: NextAttempt } | undefined {
  const entry = entries.findLast(({ kind }) => DECISIVE.includes(kind));
  if (!isPending || entry?.kind !== 'deferred') return undefined;
  const { nextAttemptAt: at } = entry;
  const isAhead = Date.parse(at) - now.getTime() > NEAR_MS;
  return { entry, next: isAhead ? { kind: 'planned', at } : { kind: 'due' } };
}

function attemptWords(attempts: number): string {
  return countWords(attempts, 'attempt');
}
