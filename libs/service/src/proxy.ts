/** The proxy that a deployment names for requests to Microsoft, by the names that are usual everywhere. */
import { z } from 'zod';
import type { SettingsOf } from './settings.ts';

/** A proxy that tunnels (CONNECT): it learns the host names that were allowed before, and nothing of what is said. */
export interface Proxy {
  /** Its address; may hold a user and a password. */
  url: string;
  /** Hosts that are reached without it, as NO_PROXY lists them. */
  except: string;
}

/** `proxy.contoso.com:3128` is as good as `http://proxy.contoso.com:3128`. */
const address = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .pipe(z.url({ protocol: /^https?$/ }))
  .optional();

export const proxySettings = {
  /** The proxy for requests to Microsoft, `http://[user:password@]host:port`. Where both names are set, the lower case counts. */
  HTTPS_PROXY: address,
  https_proxy: address,
  /** Hosts that are reached without it, separated by commas; `.contoso.com` stands for all below, `*` for all. */
  NO_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
};

/** The proxy that the settings name, if any. */
export function proxyOf(settings: SettingsOf<typeof proxySettings>): Proxy | undefined {
  const url = settings.https_proxy ?? settings.HTTPS_PROXY;
  return url === undefined ? undefined : { url, except: settings.no_proxy ?? settings.NO_PROXY ?? '' };
}
