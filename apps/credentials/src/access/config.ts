/** The settings of access. */
import { fileContent, type SettingsOf, type signingSettings } from '@leads/service';
import { z } from 'zod';

export const accessSettings = {
  /** Whoever sends it may use the API, for people's scripts; without it only the portal may. */
  CREDENTIALS_API_KEY: z.string().min(16).optional(),
  /** The file that holds it; counts before the value itself. */
  CREDENTIALS_API_KEY_FILE: fileContent
    .refine((key) => key.length >= 16, 'the file holds fewer than 16 characters')
    .optional(),
};

export type AccessSettings = SettingsOf<typeof accessSettings & typeof signingSettings>;
