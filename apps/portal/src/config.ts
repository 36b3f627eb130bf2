/** The settings of the portal; `.env.example` describes each. */
import { fileURLToPath } from 'node:url';
import { fileContent, optionalOrigin, readSettings, serviceSettings } from '@leads/service';
import { z } from 'zod';

const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

export const config = readSettings(process.env, {
  ...serviceSettings,
  /** Where people reach the portal; only the origin is used. */
  PORTAL_PUBLIC_URL: origin,
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
  SIGN_IN_BROWSER_ORIGIN: optionalOrigin,
  /** The one directory whose people can be operators. */
  OPERATOR_DIRECTORY_ID: z.guid().toLowerCase(),
  MICROSOFT_RESOLVER: optionalOrigin,
  CREDENTIALS_URL: origin,
  CREDENTIALS_API_KEY: z.string().regex(/^[\x21-\x7e]{16,}$/, 'it needs at least 16 characters'),
  /** Where links to records lead, followed by the organisation's host; unset, they lead to the organisation. */
  DYNAMICS_LINK_BASE: z.url({ protocol: /^https?$/ }).optional(),
  /** The built console. */
  CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../portal-web/dist/console/', import.meta.url))),
});
