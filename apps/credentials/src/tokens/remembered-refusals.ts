/**
 * Refusals that last are remembered across instances and restarts, so that Entra ID is not asked in a loop. Of a
 * connection that leads are for they are told as trouble, and as over once there is a token.
 */
import { randomUUID } from 'node:crypto';
import { type Alert, alertOf, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { Connection } from '../connection-facts.ts';
import type { CredentialsTables } from '../tables.ts';
import { type Refused, refusedFor, type TokenRefusal } from './refusals.ts';

/** What was tried: the same credential, saved anew, is another try. */
export interface Tried {
  connectionId: string;
  version: number;
  credential: string;
}

/** Saves in a row do not try a wrong password more often than this, in milliseconds: that would lock the user. */
const PASSWORD_FLOOR_MS = 60_000;

/**
 * Remembers a connection's latest refusal, and how often in a row it came.
 * @returns what that means for who asked
 */
export async function rememberRefusal(
  database: Kysely<CredentialsTables>,
  { connectionId, version, facts }: Connection,
  credential: string,
  refusal: TokenRefusal,
  at: Date,
): Promise<Refused> {
  const before = await database
    .selectFrom('refusals')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  const isAgain =
    before?.cause === refusal.cause &&
    before.credential === credential &&
    before.connection_version === version;
  const times = isAgain ? before.times + 1 : 1;
  const refused = refusedFor(refusal, times);
  const { cause, refusalKind, what, remedy, transient, askAgainAfterMs } = refused;
  const takesLeads = facts.state === 'published' || facts.state === 'paused';
  const told = before?.told_cause ?? null;
  // Told once, however often it is asked for again; not while it may pass.
  const isNews = takesLeads && !transient && told !== cause;
  const row = {
    credential,
    connection_version: version,
    cause,
    refusal_kind: refusalKind,
    what,
    remedy,
    passing: transient,
    times,
    told_cause: isNews ? cause : told,
    refused_at: at,
    ask_again_at: askAgainAfterMs === undefined ? null : new Date(at.getTime() + askAgainAfterMs),
  };
  await database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('refusals')
      .values({ connection_id: connectionId, ...row })
      .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(row))
      .execute();
    const over = told === null ? [] : [cleared(connectionId, told, at)];
    await addToOutbox(
      transaction,
      topics.alerts,
      isNews ? [...over, triggered(connectionId, refused, at)] : [],
    );
  });
  return refused;
}

/** The refusal that still stands for this very try; `undefined` where Entra ID may be asked. */
export async function recallRefusal(
  database: Kysely<CredentialsTables>,
  { connectionId, version, credential }: Tried,
  now: Date,
): Promise<Refused | undefined> {
  const row = await database
    .selectFrom('refusals')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('credential', '=', credential)
    .executeTakeFirst();
  if (!row) return undefined;
  const { cause, refusal_kind: refusalKind, what, remedy, passing: transient, ask_again_at: again } = row;
  const refused = { kind: 'refused', cause, refusalKind, what, remedy, transient } as const;
  const isSaved = row.connection_version !== version;
  if (again === null) {
    const isRecent = now.getTime() - row.refused_at.getTime() < PASSWORD_FLOOR_MS;
    return isSaved && !isRecent ? undefined : refused;
  }
  if (isSaved || again <= now) return undefined;
  return { ...refused, askAgainAfterMs: again.getTime() - now.getTime() };
}

/** A token was got after all: what was mended for one that signs in so may be mended for all that do. */
export async function forgetRefusal(
  database: Kysely<CredentialsTables>,
  connectionId: string,
  at: Date,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const rows = await transaction
      .deleteFrom('refusals')
      .where('connection_id', '=', connectionId)
      .returning('told_cause')
      .execute();
    const alerts = rows.flatMap(({ told_cause: told }) =>
      told === null ? [] : [cleared(connectionId, told, at)],
    );
    await addToOutbox(transaction, topics.alerts, alerts);
    if (rows.length > 0) await askAgainAtOnce(transaction, connectionId, at);
  });
}

/** Others of the same application need not wait until they would ask again; what is never asked again stays so. */
async function askAgainAtOnce(
  transaction: Kysely<CredentialsTables>,
  connectionId: string,
  at: Date,
): Promise<void> {
  await sql`
    update refusals set ask_again_at = ${at}
    from connections as mine, connections as other
    where mine.id = ${connectionId} and other.id = refusals.connection_id and refusals.ask_again_at > ${at}
      and lower(other.facts->>'applicationId') = lower(mine.facts->>'applicationId')
      and lower(other.facts->>'directoryId') = lower(mine.facts->>'directoryId')
  `.execute(transaction);
}

function triggered(connectionId: string, { cause, what, remedy }: Refused, at: Date): Alert {
  return alertOf({
    ...{
      alertId: randomUUID(),
      connectionId,
      at,
      trouble: 'connection-broken',
      transition: 'triggered',
      cause,
    },
    what: `Leads wait because the connection does not work. ${what}`,
    remedy,
  });
}

function cleared(connectionId: string, cause: string, at: Date): Alert {
  return alertOf({
    ...{
      alertId: randomUUID(),
      connectionId,
      at,
      trouble: 'connection-broken',
      transition: 'cleared',
      cause,
    },
    what: 'Microsoft Entra ID signs the connection in again.',
    remedy: 'Nothing need be done.',
  });
}
