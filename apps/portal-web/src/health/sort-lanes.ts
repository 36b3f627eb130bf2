/** Which lanes need somebody, and in which order they are shown; pure. */
import type { Lane } from '@leads/contracts/portal-api';
import { kindWords } from '../pieces/problem-words.ts';
import type { StateWords } from '../pieces/state-words.ts';

/** What is the matter with a lane, the worst first. */
export type Concern =
  'failing' | 'incident' | 'late' | 'dead' | 'throttled' | 'waiting' | 'paused' | 'draft' | 'none';

const order: readonly Concern[] = [
  'failing',
  'incident',
  'late',
  'dead',
  'throttled',
  'waiting',
  'paused',
  'draft',
  'none',
];

/** A lead that waits longer, in milliseconds, though nothing stands in its way, wants looking at. */
const LATE_MS = 5 * 60_000;

export function concernOf(lane: Lane, now: Date): Concern {
  if (lane.state === 'draft') return 'draft';
  if (lane.state === 'paused') return 'paused';
  if (lane.breaker.state === 'open') return 'failing';
  if (lane.incident) return 'incident';
  if (isThrottled(lane, now)) return 'throttled';
  if (lane.counts.pending > 0 && waitsFor(lane, now) > LATE_MS) return 'late';
  if (lane.counts.dead > 0) return 'dead';
  return lane.counts.pending > 0 ? 'waiting' : 'none';
}

export function isThrottled({ throttledUntil }: Lane, now: Date): boolean {
  return throttledUntil !== undefined && Date.parse(throttledUntil) > now.getTime();
}

export function needsAttention(lane: Lane, now: Date): boolean {
  return ['failing', 'incident', 'late', 'dead'].includes(concernOf(lane, now));
}

/** Who needs help first; among equals, who has waited longest. */
export function sortLanes(lanes: readonly Lane[], now: Date): Lane[] {
  const rank = (lane: Lane): number => order.indexOf(concernOf(lane, now));
  return [...lanes].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      waitsFor(other, now) - waitsFor(one, now) ||
      one.offer.title.localeCompare(other.offer.title, 'en'),
  );
}

/** How a lane is, in words: of an incident, what it is. */
export function stateOf(lane: Lane, now: Date): StateWords {
  const concern = concernOf(lane, now);
  const words = concernWords[concern];
  return concern === 'incident' ? { ...words, word: kindWords(lane.incident?.kind ?? '') } : words;
}

const concernWords: Record<Concern, StateWords> = {
  failing: {
    tone: 'bad',
    word: 'Failing',
    meaning: 'Dynamics refuses us. Leads are taken in and wait; it is tried again by itself.',
  },
  incident: {
    tone: 'warning',
    word: 'Incident',
    meaning: 'Something is the matter; its page says what to do.',
  },
  late: { tone: 'warning', word: 'Late', meaning: 'Leads have waited for over five minutes.' },
  dead: { tone: 'warning', word: 'Dead leads', meaning: 'Some leads are kept until somebody replays them.' },
  throttled: { tone: 'waiting', word: 'Throttled', meaning: 'Dynamics asked for a pause, and gets it.' },
  waiting: { tone: 'waiting', word: 'Writing', meaning: 'Leads are being written.' },
  paused: { tone: 'quiet', word: 'Paused', meaning: 'Leads are taken in and wait until it is resumed.' },
  draft: {
    tone: 'quiet',
    word: 'Not published',
    meaning: 'Leads are taken in and held until it is published.',
  },
  none: { tone: 'good', word: 'Healthy', meaning: 'Leads are written as they come.' },
};

function waitsFor({ oldestPendingAt }: Lane, now: Date): number {
  return oldestPendingAt === undefined ? 0 : now.getTime() - Date.parse(oldestPendingAt);
}
