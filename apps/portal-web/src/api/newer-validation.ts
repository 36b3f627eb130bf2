/** Which state of a Validate counts; pure. */
import type { Validation } from '@leads/contracts/portal-api';

/**
 * Which of two states of a connection's newest Validate counts: that of the one begun later, and of one Validate the
 * one that has come further. An answer that was on its way while events came must not undo them.
 */
export function newerOf(
  one: Validation | null | undefined,
  other: Validation | null | undefined,
): Validation | null {
  if (!one || !other) return one ?? other ?? null;
  if (one.validationId !== other.validationId) return one.startedAt > other.startedAt ? one : other;
  return progressOrder(one) > progressOrder(other) ? one : other;
}

function progressOrder({ checks, finishedAt, testLead }: Validation): number {
  const ended = checks.filter(({ status }) => status !== 'running').length;
  return (finishedAt === undefined ? 0 : 10_000) + (testLead ? 1_000 : 0) + ended * 2 + checks.length;
}
