/** Master keys in Azure Key Vault: they never leave it, data keys go there to be wrapped and unwrapped. */
import type { TokenCredential } from '@azure/identity';
import { CryptographyClient, type CryptographyClientOptions, KeyClient } from '@azure/keyvault-keys';
import { CannotOpen } from './envelope.ts';
import { MasterKeyMissing, type MasterKeys, MasterKeyUnreadable, type WrappedKey } from './master-key.ts';

const ALGORITHM = 'RSA-OAEP-256';

export interface KeyVaultOptions {
  /** The key without a version, e.g. `https://leads.vault.azure.net/keys/master`. */
  keyUrl: string;
  credential: TokenCredential;
  /** Replaced in tests. */
  client?: CryptographyClientOptions;
}

/** A data key's master key is named by the version of the vault's key, e.g. `https://…/keys/master/3f2c…`. */
export class KeyVaultKeys implements MasterKeys {
  private readonly keys: KeyClient;
  private readonly name: string;
  private readonly prefix: string;

  /** @throws MasterKeyUnreadable where the address is not that of a key */
  constructor(private readonly options: KeyVaultOptions) {
    const url = new URL(options.keyUrl);
    const name = /^\/keys\/([\w-]+)\/?$/.exec(url.pathname)?.[1];
    if (name === undefined) throw new MasterKeyUnreadable('MASTER_KEY_VAULT_KEY does not name a key');
    this.name = name;
    this.prefix = `${url.origin}/keys/${name}/`;
    this.keys = new KeyClient(url.origin, options.credential, options.client);
  }

  async wrap(dataKey: Buffer): Promise<WrappedKey> {
    const { id } = await this.ask(() => this.keys.getKey(this.name));
    if (id === undefined) throw new MasterKeyUnreadable('the key vault named no version of the key');
    const { result } = await this.ask(() => this.clientOf(id).wrapKey(ALGORITHM, dataKey));
    return { masterKeyId: id, wrapped: Buffer.from(result) };
  }

  async unwrap({ masterKeyId, wrapped }: WrappedKey): Promise<Buffer> {
    // A row must not be able to send the service to another vault.
    if (!masterKeyId.startsWith(this.prefix)) throw new MasterKeyMissing(masterKeyId);
    try {
      const { result } = await this.clientOf(masterKeyId).unwrapKey(ALGORITHM, wrapped);
      return Buffer.from(result);
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) throw new MasterKeyMissing(masterKeyId);
      if (status === 400) throw new CannotOpen();
      throw unreadable(error);
    }
  }

  private clientOf(id: string): CryptographyClient {
    return new CryptographyClient(id, this.options.credential, this.options.client);
  }

  private async ask<Value>(question: () => Promise<Value>): Promise<Value> {
    try {
      return await question();
    } catch (error) {
      throw unreadable(error);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' ? status : undefined;
}

function unreadable(error: unknown): MasterKeyUnreadable {
  const status = statusOf(error);
  const why = status === undefined ? 'does not answer' : `answers with status ${status}`;
  return new MasterKeyUnreadable(`the key vault ${why}`, { cause: error });
}
