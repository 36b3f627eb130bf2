/** The settings of the portal; `.env.example` describes each. */
import { readSettings, serviceSettings } from '@leads/service';

export const config = readSettings(process.env, {
  ...serviceSettings,
});
