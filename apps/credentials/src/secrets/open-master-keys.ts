/** Where the master key lives, as the settings say. */
import { MasterKeyRefused } from './check-master-key.ts';
import { fileKeyRing, KeyRing } from './key-ring.ts';
import type { MasterKeys } from './master-key.ts';

export interface MasterKeySettings {
  MASTER_KEY_FILE?: string | undefined;
  MASTER_KEY?: string | undefined;
}

/** @throws MasterKeyRefused unless exactly one place is named */
export function openMasterKeys({ MASTER_KEY_FILE, MASTER_KEY }: MasterKeySettings): MasterKeys {
  if ((MASTER_KEY_FILE === undefined) === (MASTER_KEY === undefined)) {
    throw new MasterKeyRefused(
      'The service does not start: it needs to be told where its master key is, in exactly one of MASTER_KEY_FILE and MASTER_KEY.',
    );
  }
  return MASTER_KEY_FILE === undefined
    ? new KeyRing(() => Promise.resolve(MASTER_KEY ?? ''))
    : fileKeyRing(MASTER_KEY_FILE);
}
