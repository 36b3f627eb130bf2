import { expect, test } from '@jest/globals';
import type { Statistics } from '@leads/contracts/portal-api';
import { latencyWords, throughputWords } from './statistics-words.ts';

const from = '2026-11-22T12:00:00.000Z';
const empty: Statistics = {
  span: 'hour',
  bucketSeconds: 60,
  buckets: [{ from, accepted: 0, written: 0, dead: 0 }],
};
const busy: Statistics = {
  ...empty,
  buckets: [
    { from, accepted: 3, written: 2, dead: 1, p50Ms: 80, p95Ms: 4_000 },
    { from, accepted: 1_000, written: 1_000, dead: 0, p50Ms: 60, p95Ms: 200 },
    { from, accepted: 0, written: 0, dead: 0 },
  ],
};

test('throughput is said as sums', () => {
  expect(throughputWords(busy)).toBe('1,003 leads accepted in the last hour, 1,002 written, 1 died.');
  expect(throughputWords(empty)).toBe('No lead came in the last hour.');
});

test('latency is said as it was last, with the slowest of the span', () => {
  expect(latencyWords(busy)).toContain('half within 60 ms lately');
  expect(latencyWords(busy)).toContain('95 of 100 within 4.0 s');
  expect(latencyWords(empty)).toBe('No lead was written in the last hour.');
});
