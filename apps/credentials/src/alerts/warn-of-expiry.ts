/** The walk of a warning: looks which secrets are about to expire, and tells of each once. */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { alertOf, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { ConnectionFacts } from '../connection-facts.ts';
import type { CredentialsTables } from '../tables.ts';
import { describeExpiry, dueWarning, WARNINGS } from './expiry.ts';

const DAY_MS = 86_400_000;

/**
 * Tells of every secret whose next warning is due. Any number of instances may do it at once.
 * @returns how many warnings were given
 */
export async function warnOfExpiry(database: Kysely<CredentialsTables>, now: Date): Promise<number> {
  const horizon = new Date(now.getTime() + WARNINGS[0] * DAY_MS).toISOString().slice(0, 10);
  const expiring = await database
    .selectFrom('connections')
    .select(['id', 'facts'])
    .where(sql<string>`facts #>> '{secret,expiresOn}'`, '<=', horizon)
    .where(sql<string>`facts ->> 'state'`, 'in', ['published', 'paused'])
    .execute();
  let given = 0;
  for (const row of expiring) {
    const facts = ConnectionFacts.parse(row.facts);
    if (await warnOnce(database, row.id, facts, now)) given += 1;
  }
  return given;
}

async function warnOnce(
  database: Kysely<CredentialsTables>,
  connectionId: string,
  facts: ConnectionFacts,
  now: Date,
): Promise<boolean> {
  const { kind, version, expiresOn } = facts.secret;
  const daysBefore = expiresOn === undefined ? undefined : dueWarning(expiresOn, now);
  if (expiresOn === undefined || daysBefore === undefined) return false;
  return database.transaction().execute(async (transaction) => {
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto('expiry_alerts')
      .values({
        connection_id: connectionId,
        secret_version: version,
        expires_on: expiresOn,
        days_before: daysBefore,
        alerted_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) return false;
    const alert = alertOf({
      ...{ alertId: randomUUID(), connectionId, at: now, transition: 'triggered' },
      trouble: daysBefore === 0 ? 'secret-expired' : 'secret-expiring',
      ...describeExpiry(facts, now),
      secret: { kind, expiresOn },
    });
    await addToOutbox(transaction, topics.alerts, [alert]);
    return true;
  });
}
