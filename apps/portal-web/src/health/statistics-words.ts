/** What the statistics show, in a sentence each; pure. */
import type { Statistics } from '@leads/contracts/portal-api';
import { countWords, durationWords } from '../pieces/time-words.ts';

const spans = { hour: 'the last hour', week: 'the last week' } as const;

export function throughputWords({ span, buckets }: Statistics): string {
  const sum = (name: 'accepted' | 'written' | 'dead'): number =>
    buckets.reduce((so, bucket) => so + bucket[name], 0);
  if (sum('accepted') + sum('written') + sum('dead') === 0) return `No lead came in ${spans[span]}.`;
  const dead = sum('dead') === 0 ? 'none died' : `${sum('dead').toLocaleString('en')} died`;
  return `${countWords(sum('accepted'), 'lead')} accepted in ${spans[span]}, ${sum('written').toLocaleString('en')} written, ${dead}.`;
}

export function latencyWords({ span, buckets }: Statistics): string {
  const newest = buckets.findLast(({ p50Ms }) => p50Ms !== undefined);
  if (newest?.p50Ms === undefined) return `No lead was written in ${spans[span]}.`;
  const slowest = Math.max(...buckets.map(({ p95Ms }) => p95Ms ?? 0));
  return `From accepted to written: half within ${durationWords(newest.p50Ms)} lately; at the slowest, 95 of 100 within ${durationWords(slowest)}.`;
}
