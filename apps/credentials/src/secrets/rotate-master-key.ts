/** The walk of a rotation: every data key is re-wrapped under the newest master key while the service goes on. */
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import { causeOf } from '@leads/database';
import { addToAudit } from '../audit.ts';
import type { CredentialsTables } from '../tables.ts';
import { checkMasterKey, registerMasterKey } from './check-master-key.ts';
import type { MasterKeys } from './master-key.ts';

export interface RotationOptions {
  database: Kysely<CredentialsTables>;
  masterKeys: MasterKeys;
  /** Puts a new key in first place; absent where that is done elsewhere, as in Azure Key Vault. */
  addKey?: (() => Promise<void>) | undefined;
  now: () => Date;
  log: Parameters<typeof checkMasterKey>[2];
}

/** How it went. */
export interface Rotation {
  /** `continued`: one that had been interrupted, or whose new key was in place already. */
  kind: 'new' | 'continued' | 'nothing to do';
  masterKeyId: string;
  /** How many secrets were re-wrapped. */
  rewrapped: number;
}

/** Another rotation is under way. */
export class RotationUnderWay extends Error {}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03';
const BATCH = 50;

/**
 * Rotates the master key. Killed at any moment, it leaves every secret readable; the next run carries on.
 * @throws MasterKeyRefused before anything is changed, RotationUnderWay
 */
export function rotateMasterKey(options: RotationOptions): Promise<Rotation> {
  // In a transaction of its own, which says nothing for as long as the rotation takes.
  return options.database.transaction().execute(async (held) => {
    await sql`set local idle_in_transaction_session_timeout to 0`.execute(held);
    try {
      await sql`lock table rotation_lock in exclusive mode nowait`.execute(held);
    } catch (error) {
      if (causeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      throw new RotationUnderWay(
        'Another rotation of the master key is under way. This one changed nothing.',
        { cause: error },
      );
    }
    return options.database.connection().execute((connection) => rotate(options, connection));
  });
}

async function rotate(options: RotationOptions, connection: Kysely<CredentialsTables>): Promise<Rotation> {
  const { masterKeys, log, addKey } = options;
  await checkMasterKey(connection, masterKeys, log);

  let masterKeyId = await registerMasterKey(connection, masterKeys);
  const unfinished = await isUnfinished(connection, masterKeyId);
  if (!unfinished && !addKey) return { kind: 'nothing to do', masterKeyId, rewrapped: 0 };
  if (!unfinished) {
    await addKey?.();
    masterKeyId = await registerMasterKey(connection, masterKeys);
  }

  const rewrapped = await rewrapAll(options, connection, masterKeyId);
  return { kind: unfinished ? 'continued' : 'new', masterKeyId, rewrapped };
}

/** Whether anything is still under another key than the newest. */
async function isUnfinished(database: Kysely<CredentialsTables>, masterKeyId: string): Promise<boolean> {
  const others = await database
    .selectFrom('master_keys')
    .select('id')
    .where('id', '!=', masterKeyId)
    .execute();
  return others.length > 0;
}

async function rewrapAll(
  { masterKeys, now }: RotationOptions,
  connection: Kysely<CredentialsTables>,
  masterKeyId: string,
): Promise<number> {
  let rewrapped = 0;
  for (;;) {
    const some = await connection
      .transaction()
      .execute((transaction) => rewrapSome(transaction, masterKeys, masterKeyId));
    rewrapped += some;
    if (some === 0) break;
  }
  // Whoever had chosen the old key before the new one was there has committed when this lock is ours.
  await connection.transaction().execute(async (transaction) => {
    await sql`lock table secrets in share row exclusive mode`.execute(transaction);
    for (;;) {
      const some = await rewrapSome(transaction, masterKeys, masterKeyId);
      rewrapped += some;
      if (some === 0) break;
    }
    await transaction.deleteFrom('master_keys').where('id', '!=', masterKeyId).execute();
    await addToAudit(transaction, {
      at: now(),
      who: 'operator',
      what: 'master key rotated',
      details: { masterKeyId, rewrapped },
    });
  });
  return rewrapped;
}

/** Only the wrapped data keys change: the secrets themselves are neither opened nor written. */
async function rewrapSome(
  transaction: Transaction<CredentialsTables>,
  masterKeys: MasterKeys,
  masterKeyId: string,
): Promise<number> {
  const rows = await transaction
    .selectFrom('secrets')
    .select(['connection_id', 'purpose', 'version', 'wrapped_key', 'master_key_id'])
    .where('master_key_id', '!=', masterKeyId)
    .orderBy('connection_id')
    .limit(BATCH)
    .forUpdate()
    .execute();
  for (const row of rows) {
    const dataKey = await masterKeys.unwrap({ masterKeyId: row.master_key_id, wrapped: row.wrapped_key });
    const wrapped = await masterKeys.wrap(dataKey);
    dataKey.fill(0);
    await transaction
      .updateTable('secrets')
      .set({ wrapped_key: wrapped.wrapped, master_key_id: wrapped.masterKeyId })
      .where('connection_id', '=', row.connection_id)
      .where('purpose', '=', row.purpose)
      .where('version', '=', row.version)
      .execute();
  }
  return rows.length;
}
