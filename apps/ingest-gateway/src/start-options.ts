/** What is particular to how the gateway starts. */
import { SETTINGS, type StartOptions } from '@leads/service';
import type { Settings } from './config.ts';
import { leaveBodiesUnread } from './lead-body.ts';
import { knowRates } from './post-rates.ts';

export const startOptions: StartOptions = {
  hasLenientAddresses: true,
  trustedProxies: (app) => app.get<Settings>(SETTINGS).TRUSTED_PROXIES,
  prepare: async (app) => {
    leaveBodiesUnread(app);
    await knowRates(app);
  },
};
