/** What Entra ID has refused for good, remembered across instances and restarts: it is not tried in a loop. */
import type { Kysely } from 'kysely';
import type { CredentialsTables } from '../tables.ts';
import type { Refused, TokenRefusal } from './refusals.ts';

/** Remembers a connection's latest refusal. */
export async function rememberRefusal(
  database: Kysely<CredentialsTables>,
  connectionId: string,
  credential: string,
  { cause, what, remedy, askAgainAfterMs }: TokenRefusal,
  at: Date,
): Promise<void> {
  const refusal = {
    credential,
    cause,
    what,
    remedy,
    refused_at: at,
    ask_again_at: askAgainAfterMs === 'never' ? null : new Date(at.getTime() + askAgainAfterMs),
  };
  await database
    .insertInto('refusals')
    .values({ connection_id: connectionId, ...refusal })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(refusal))
    .execute();
}

/** The refusal that still stands for this very credential; `undefined` where it may be tried. */
export async function recallRefusal(
  database: Kysely<CredentialsTables>,
  connectionId: string,
  credential: string,
  now: Date,
): Promise<Refused | undefined> {
  const row = await database
    .selectFrom('refusals')
    .select(['cause', 'what', 'remedy', 'ask_again_at'])
    .where('connection_id', '=', connectionId)
    .where('credential', '=', credential)
    .executeTakeFirst();
  if (!row || (row.ask_again_at !== null && row.ask_again_at <= now)) return undefined;
  const { cause, what, remedy } = row;
  return { kind: 'refused', cause, what, remedy, transient: false };
}

/** A token was got after all. */
export async function forgetRefusal(
  database: Kysely<CredentialsTables>,
  connectionId: string,
): Promise<void> {
  await database.deleteFrom('refusals').where('connection_id', '=', connectionId).execute();
}
