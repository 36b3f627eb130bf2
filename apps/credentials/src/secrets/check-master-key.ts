/** Whether the master key at hand is the one that this database's secrets were sealed under. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Logger } from '@leads/service';
import type { CredentialsTables } from '../tables.ts';
import { CannotOpen } from './envelope.ts';
import { MasterKeyMissing, type MasterKeys, MasterKeyUnreadable } from './master-key.ts';

/** Wrapped under every master key in use. Nothing is protected by it, so it may be known. */
const KNOWN = Buffer.from('leads.credentials key check v1..');

/** A reason not to start, as one sentence for the operator. */
export class MasterKeyRefused extends Error {}

/**
 * Checks every master key that the database names, and names the newest at hand; a new database takes it for its own.
 * @throws MasterKeyRefused where a key is missing or wrong; nothing was changed then
 */
export async function checkMasterKey(
  database: Kysely<CredentialsTables>,
  masterKeys: MasterKeys,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  try {
    await untilReachable(database, log);
    // Wrapping first: it says at once whether there is a usable key at all.
    await masterKeys.wrap(randomBytes(32));
    await database.transaction().execute(async (transaction) => {
      // Two first starts with different keys: the second must find the first one's.
      await sql`lock table master_keys in share row exclusive mode`.execute(transaction);
      const known = await transaction.selectFrom('master_keys').select(['id', 'key_check']).execute();
      for (const { id, key_check } of known) {
        const opened = await masterKeys.unwrap({ masterKeyId: id, wrapped: key_check });
        if (!opened.equals(KNOWN)) throw new CannotOpen();
      }
      await registerMasterKey(transaction, masterKeys);
    });
  } catch (error) {
    const why = refusal(error);
    if (why === undefined) throw error;
    throw new MasterKeyRefused(
      `The service does not start: ${why}. Without the right master key no stored secret opens; nothing was changed or lost. Put the key back under which this database was set up (MASTER_KEY_FILE, MASTER_KEY or MASTER_KEY_VAULT_KEY).`,
      { cause: error },
    );
  }
}

/** Records the newest master key as one that this database's secrets are under. @returns its name */
export async function registerMasterKey(
  database: Kysely<CredentialsTables>,
  masterKeys: MasterKeys,
): Promise<string> {
  const { masterKeyId, wrapped } = await masterKeys.wrap(KNOWN);
  await database
    .insertInto('master_keys')
    .values({ id: masterKeyId, key_check: wrapped })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return masterKeyId;
}

function refusal(error: unknown): string | undefined {
  if (error instanceof MasterKeyUnreadable) return `its master key is not usable: ${error.message}`;
  if (error instanceof MasterKeyMissing || error instanceof CannotOpen) {
    return 'its master key is not the one that this database was set up with';
  }
  return undefined;
}

/** A service may start before its database: it then waits, without listening. */
async function untilReachable(database: Kysely<CredentialsTables>, log: Pick<Logger, 'warn'>): Promise<void> {
  for (;;) {
    try {
      await sql`select 1`.execute(database);
      return;
    } catch (error) {
      log.warn({ error }, 'the master key cannot be checked yet: the database does not answer; trying again');
      await setTimeout(1_000);
    }
  }
}
