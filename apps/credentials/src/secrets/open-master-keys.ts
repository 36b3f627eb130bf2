/** Where the master key lives, as the settings say. */
import { DefaultAzureCredential } from '@azure/identity';
import { MasterKeyRefused } from './check-master-key.ts';
import type { MasterKeySettings } from './config.ts';
import { fileKeyRing, KeyRing } from './key-ring.ts';
import { KeyVaultKeys } from './key-vault-keys.ts';
import type { MasterKeys } from './master-key.ts';

/** @throws MasterKeyRefused unless exactly one place is named */
export function openMasterKeys(settings: MasterKeySettings): MasterKeys {
  const { MASTER_KEY_FILE: file, MASTER_KEY: text, MASTER_KEY_VAULT_KEY: keyUrl } = settings;
  const places = [file, text, keyUrl].filter((place) => place !== undefined);
  if (places.length === 1) {
    if (file !== undefined) return fileKeyRing(file);
    if (text !== undefined) return new KeyRing(() => Promise.resolve(text));
    if (keyUrl !== undefined) return new KeyVaultKeys({ keyUrl, credential: new DefaultAzureCredential() });
  }
  throw new MasterKeyRefused(
    'The service does not start: it needs to be told where its master key is, in exactly one of MASTER_KEY_FILE, MASTER_KEY and MASTER_KEY_VAULT_KEY.',
  );
}
