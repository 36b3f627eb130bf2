/** The service's settings: what every service has, and each room's own. */
import { serviceSettings } from '@leads/service';
import { accessSettings } from './access/config.ts';
import { connectionSettings } from './connections/config.ts';
import { incidentSettings } from './incidents/config.ts';
import { masterKeySettings } from './secrets/config.ts';
import { tokenSettings } from './tokens/config.ts';

export const settings = {
  ...serviceSettings,
  ...accessSettings,
  ...masterKeySettings,
  ...connectionSettings,
  ...tokenSettings,
  ...incidentSettings,
};
