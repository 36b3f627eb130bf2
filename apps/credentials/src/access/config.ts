/** The settings of access. */
import { callerKeysFile, type SettingsOf } from '@leads/service';
import { z } from 'zod';

export const accessSettings = {
  /** A JWKS with the public key of the portal. */
  SERVICE_KEYS_FILE: callerKeysFile,
  /** Whoever sends it may use the API, for people's scripts; without it only the portal may. */
  CREDENTIALS_API_KEY: z.string().min(16).optional(),
};

export type AccessSettings = SettingsOf<typeof accessSettings>;
