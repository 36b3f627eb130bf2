/** What is particular to how the gateway starts. */
import { LOG, type Logger, SETTINGS, type StartOptions } from '@leads/service';
import { SECOND_MS } from '@leads/pacing';
import type { Settings } from './config.ts';
import { leaveBodiesUnread } from './lead-body.ts';
import { limitConnections } from './limit-connections.ts';
import { knowRates } from './post-rates.ts';

export const startOptions: StartOptions = {
  hasLenientAddresses: true,
  hasTraces: true,
  // A lead has at most 64 KiB.
  requestTimeoutMs: 5 * SECOND_MS,
  trustedProxies: (app) => app.get<Settings>(SETTINGS).TRUSTED_PROXIES,
  prepare: async (app) => {
    leaveBodiesUnread(app);
    const settings = app.get<Settings>(SETTINGS);
    const log = app.get<Logger>(LOG);
    limitConnections(app.getHttpServer(), {
      most: settings.CONNECTIONS_AT_MOST,
      ...(settings.TRUSTED_PROXIES === 0 && { mostOfSource: settings.CONNECTIONS_PER_SOURCE }),
      idleSeconds: settings.IDLE_CONNECTION_SECONDS,
      onRefused: (count) => log.warn({ count }, 'connections were closed unread: too many are open'),
    });
    await knowRates(app);
  },
};
