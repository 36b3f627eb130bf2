/** Settings that the service and the commands about its master key share. */
import { z } from 'zod';
import type { DatabaseServer } from '@leads/database';
import { databaseOf, databaseVariables, readSettings } from '@leads/service';

/** Where the master key is: exactly one of them. */
export const masterKeySettings = {
  /** A file with 32 bytes in base64 on the first line, older keys on the following ones. */
  MASTER_KEY_FILE: z.string().optional(),
  /** The same text, where there is no file. */
  MASTER_KEY: z.string().optional(),
  /** A key in Azure Key Vault, e.g. `https://leads.vault.azure.net/keys/master`: its newest version wraps. */
  MASTER_KEY_VAULT_KEY: z.url({ protocol: /^https$/ }).optional(),
};

export type MasterKeySettings = z.infer<z.ZodObject<typeof masterKeySettings>>;

/** What a command needs that works on the stored secrets. */
export function secretsCommandSettings(): MasterKeySettings & { server: DatabaseServer } {
  const settings = readSettings(process.env, { ...databaseVariables, ...masterKeySettings });
  return { ...settings, server: databaseOf(settings) };
}
