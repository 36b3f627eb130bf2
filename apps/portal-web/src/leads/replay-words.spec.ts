import { expect, test } from '@jest/globals';
import type { Replay } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { replayWords } from './replay-words.ts';

function replayOf(written: number, dead: number, waiting: number): Replay {
  const total = written + dead + waiting;
  return { replayId: '', requestedAt: '', requestedBy: '', total, waiting, written, dead };
}

test('a replay has ended once none of its leads waits, and only then', () => {
  const count = fc.nat(10_000);
  fc.assert(
    fc.property(count, count, count, (written, dead, waiting) => {
      const { share, hasEnded } = replayWords(replayOf(written, dead, waiting));
      expect(hasEnded).toBe(waiting === 0);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      expect(share === 1).toBe(waiting === 0);
    }),
  );
});

test('leads that died again are told, not hidden in the sum', () => {
  expect(replayWords(replayOf(3, 2, 0)).sentence).toBe(
    "Replayed: 3 written, 2 dead again. Each one's page says why",
  );
});
