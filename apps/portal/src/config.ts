/** The settings of the portal; `.env.example` describes each. */
import { fileURLToPath } from 'node:url';
import { fileContent, standInOrigin, proxySettings, serviceSettings, type SettingsOf } from '@leads/service';
import { z } from 'zod';

const limit = (value: number) => z.coerce.number().int().positive().default(value);

const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

export const settings = {
  ...serviceSettings,
  ...proxySettings,
  /** Where people reach the portal; only the origin is used. */
  PORTAL_PUBLIC_URL: origin,
  /** How many proxies stand before the portal, where PORTAL_PUBLIC_URL begins with https. */
  TRUSTED_PROXIES: z.coerce.number().int().min(1).max(10).default(1),
  PERSON_REQUESTS_PER_MINUTE: limit(1_200),
  SOURCE_REQUESTS_PER_MINUTE: limit(600),
  /** How many sessions one person has at a time; a further sign-in ends the oldest. */
  PERSON_SESSIONS: limit(20),
  /** What one publisher may have, and do within an hour. */
  PUBLISHER_CONNECTIONS: limit(500),
  PUBLISHER_SAVES_PER_HOUR: limit(600),
  PUBLISHER_VALIDATES_PER_HOUR: limit(200),
  PUBLISHER_SEARCHES_PER_HOUR: limit(5_000),
  PUBLISHER_EXPORTS_PER_HOUR: limit(60),
  PUBLISHER_REPLAYS_PER_HOUR: limit(200),
  /** Signs the session cookies. */
  SESSION_KEY_FILE: fileContent.refine(
    (key) => Buffer.byteLength(key) >= 32,
    'the file holds fewer than 32 bytes',
  ),
  SIGN_IN_AUTHORITY: z
    .url({ protocol: /^https$/ })
    .default('https://login.microsoftonline.com/organizations/v2.0'),
  /** The application registration whose app roles count. */
  SIGN_IN_CLIENT_ID: z.guid().toLowerCase(),
  SIGN_IN_CLIENT_SECRET_FILE: fileContent.optional(),
  /** Local runs only: where the browser finds the sign-in page instead of at Microsoft. */
  SIGN_IN_BROWSER_ORIGIN: standInOrigin,
  /** The one directory whose people can be operators. */
  OPERATOR_DIRECTORY_ID: z.guid().toLowerCase(),
  MICROSOFT_RESOLVER: standInOrigin,
  CREDENTIALS_URL: origin,
  /** Where the gateway answers other services. */
  GATEWAY_URL: origin,
  /** Where links to records lead, followed by the organisation's host; unset, they lead to the organisation. */
  DYNAMICS_LINK_BASE: z.url({ protocol: /^https?$/ }).optional(),
  /** The built console. */
  CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../portal-web/dist/console/', import.meta.url))),
};

export type Settings = SettingsOf<typeof settings>;
