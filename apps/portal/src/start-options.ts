/** How the portal starts beyond what every service does. */
import { DATABASE, type StartOptions } from '@leads/service';
import { hangDoor, isSecure } from './access/door.ts';
import { config } from './config.ts';
import { serveConsole } from './console/serve-console.ts';

export const startOptions: StartOptions = {
  // TLS ends before the portal: what that proxy says of the protocol decides whether cookies may be set.
  trustProxy: isSecure(config.PORTAL_PUBLIC_URL),
  prepare: async (app) => {
    await hangDoor(app, {
      publicUrl: config.PORTAL_PUBLIC_URL,
      sessionKey: config.SESSION_KEY_FILE,
      database: app.get(DATABASE),
    });
    await serveConsole(app, config.CONSOLE_DIR);
  },
};
