/** The settings of the ingest gateway; `.env.example` describes each. */
import { readSettings, serviceSettings } from '@leads/service';
import { z } from 'zod';

export const config = readSettings(process.env, {
  ...serviceSettings,
  /** How long the same content for the same connection is taken for a repeat of one lead, in seconds. */
  DEDUPE_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
});
