/** The settings of connections. */
import { KNOWN_REGIONS, readRegions } from '@leads/contracts/connection-details';
import type { DatabaseServer } from '@leads/database';
import {
  databaseOf,
  databaseVariables,
  readSettings,
  type SettingsOf,
  type signingSettings,
  understood,
} from '@leads/service';
import { z } from 'zod';

export const connectionSettings = {
  /** Where the marketplace reaches the gateway; lead addresses begin with it. */
  GATEWAY_PUBLIC_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  /** Where the service that writes leads answers: it checks mappings. */
  WRITER_URL: z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin),
  /** More regions than the built-in list, e.g. `crm23.dynamics.com`. */
  DYNAMICS_REGIONS: z.string().transform(understood(readRegions)).default(KNOWN_REGIONS),
};

export type ConnectionSettings = SettingsOf<typeof connectionSettings & typeof signingSettings>;

/** What a command needs that works on connections. */
export function connectionsCommandSettings(): DatabaseServer {
  return databaseOf(readSettings(process.env, databaseVariables));
}
