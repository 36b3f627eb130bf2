/** What is amiss with a lane's connection, or no longer is, told with what is written down of it. */
import { randomUUID } from 'node:crypto';
import { alertOf, topics, type TroubleTold } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import type { QueryExecutorProvider } from 'kysely';

/** Tells in the transaction that writes it down, so that both hold or neither. */
export function tellTrouble(
  transaction: QueryExecutorProvider,
  { connectionId }: { connectionId: string },
  at: Date,
  told: readonly Omit<TroubleTold, 'alertId' | 'connectionId' | 'at'>[],
): Promise<void> {
  const alerts = told.map((one) => alertOf({ ...one, alertId: randomUUID(), connectionId, at }));
  return addToOutbox(transaction, topics.alerts, alerts);
}
