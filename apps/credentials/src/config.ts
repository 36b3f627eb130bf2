/** The service's settings. */
import { z } from 'zod';
import { fileContent, optionalOrigin, readSettings, serviceSettings } from '@leads/service';
import { KNOWN_REGIONS, readRegions } from '@leads/contracts/connection-details';
import { masterKeySettings } from './secrets/config.ts';
import { readRequesterKeys } from './tokens/token-request.ts';

export const config = readSettings(process.env, {
  ...serviceSettings,
  ...masterKeySettings,
  /** Who sends it may use the API. */
  CREDENTIALS_API_KEY: z.string().min(16),
  /** Where the marketplace reaches the gateway; lead addresses begin with it. */
  GATEWAY_PUBLIC_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  /** A JWKS with the Ed25519 public keys of who may ask for tokens; the key id is the requester's name. */
  REQUESTER_KEYS_FILE: fileContent.transform(understood(readRequesterKeys)),
  /** Where requests to Microsoft's hosts go instead, in local runs and tests. */
  MICROSOFT_RESOLVER: optionalOrigin,
  /** The most token requests to Microsoft Entra ID that one instance begins in a second. */
  ENTRA_REQUESTS_PER_SECOND: z.coerce.number().positive().default(50),
  /** More regions than the built-in list, e.g. `crm23.dynamics.com`. */
  DYNAMICS_REGIONS: z.string().transform(understood(readRegions)).default(KNOWN_REGIONS),
  /** The public client application that signs Office 365 users in. Without it that authentication is refused. */
  OFFICE365_CLIENT_ID: z.guid().optional(),
});

/** A setting that a reader of ours understands, or what it says is wrong. */
function understood<Value>(read: (text: string) => Value) {
  return (text: string, context: z.RefinementCtx<string>): Value => {
    try {
      return read(text);
    } catch (error) {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  };
}
