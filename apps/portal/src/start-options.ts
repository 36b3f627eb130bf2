/** How the portal starts beyond what every service does. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SETTINGS, type StartOptions } from '@leads/service';
import { Kysely } from 'kysely';
import { hangDoor, isSecure } from './access/door.ts';
import type { Settings } from './config.ts';
import { serveConsole } from './console/serve-console.ts';
import type { PortalTables } from './tables.ts';

const settingsOf = (app: NestFastifyApplication): Settings => app.get<Settings>(SETTINGS);

export const startOptions = {
  // TLS ends before the portal: what that proxy says of the protocol decides whether cookies may be set, and what it
  // says of the address how often strangers may ask.
  trustedProxies: (app) => {
    const settings = settingsOf(app);
    return isSecure(settings.PORTAL_PUBLIC_URL) ? settings.TRUSTED_PROXIES : 0;
  },
  prepare: async (app) => {
    const settings = settingsOf(app);
    await hangDoor(app, {
      publicUrl: settings.PORTAL_PUBLIC_URL,
      sessionKey: settings.SESSION_KEY_FILE,
      database: app.get<Kysely<PortalTables>>(Kysely),
      rates: {
        perPerson: settings.PERSON_REQUESTS_PER_MINUTE,
        perSource: settings.SOURCE_REQUESTS_PER_MINUTE,
      },
    });
    await serveConsole(app, settings.CONSOLE_DIR);
  },
} satisfies StartOptions;
