/** A deployment and a connection as specs need them. */
import type { Notifications } from '@leads/contracts';
import { type Deployment, USUAL_BRAND } from '../deployment.ts';
import { USUAL_NOTIFICATIONS } from '../telling.ts';

export const ORGANIZATION = 'https://contoso.crm4.dynamics.com';

export const deployment: Deployment = {
  brand: USUAL_BRAND,
  consoleUrl: 'https://console.example',
  linkBase: undefined,
};

export const telling = (more: Partial<Notifications> = {}): Notifications => ({
  ...USUAL_NOTIFICATIONS,
  ...more,
});
