/** Secrets at rest: each sealed under a data key of its own, the data key wrapped by the master key. */
import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SecretKind } from '@leads/contracts/connection-details';
import type { CredentialsTables } from '../tables.ts';
import { associatedData, type Binding, decrypt, encrypt } from './envelope.ts';
import type { MasterKeys } from './master-key.ts';

/** What a connection keeps sealed. */
export type Purpose = SecretKind | 'address-key';

export interface SecretBinding extends Binding {
  purpose: Purpose;
}

export class Vault {
  constructor(private readonly masterKeys: MasterKeys) {}

  /** Stores a secret within the caller's transaction. */
  async keep(
    transaction: Kysely<CredentialsTables>,
    binding: SecretBinding,
    secret: string,
    setAt: Date,
  ): Promise<void> {
    // Before the master key is chosen: a rotation that ends meanwhile would otherwise miss this row.
    await sql`lock table secrets in row exclusive mode`.execute(transaction);
    const dataKey = randomBytes(32);
    const { masterKeyId, wrapped } = await this.masterKeys.wrap(dataKey);
    const sealed = encrypt(Buffer.from(secret), dataKey, randomBytes(12), associatedData(binding));
    dataKey.fill(0);
    await transaction
      .insertInto('secrets')
      .values({
        connection_id: binding.connectionId,
        purpose: binding.purpose,
        version: binding.version,
        sealed,
        wrapped_key: wrapped,
        master_key_id: masterKeyId,
        set_at: setAt,
      })
      .execute();
  }

  /**
   * Opens a secret.
   * @returns `undefined` where there is none, e.g. because it was replaced meanwhile
   * @throws CannotOpen where what is stored was tampered with, MasterKeyMissing where its key is not at hand
   */
  async open(database: Kysely<CredentialsTables>, binding: SecretBinding): Promise<string | undefined> {
    const row = await database
      .selectFrom('secrets')
      .select(['sealed', 'wrapped_key', 'master_key_id'])
      .where('connection_id', '=', binding.connectionId)
      .where('purpose', '=', binding.purpose)
      .where('version', '=', binding.version)
      .executeTakeFirst();
    if (!row) return undefined;
    const dataKey = await this.masterKeys.unwrap({
      masterKeyId: row.master_key_id,
      wrapped: row.wrapped_key,
    });
    const plain = decrypt(row.sealed, dataKey, associatedData(binding));
    dataKey.fill(0);
    return plain.toString();
  }

  /** Erases what a connection keeps for some purposes. */
  async erase(
    transaction: Kysely<CredentialsTables>,
    connectionId: string,
    purposes: Purpose[],
  ): Promise<void> {
    await transaction
      .deleteFrom('secrets')
      .where('connection_id', '=', connectionId)
      .where('purpose', 'in', purposes)
      .execute();
  }
}
