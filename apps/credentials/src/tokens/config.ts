/** The settings of tokens. */
import { fileContent, standInOrigin, proxySettings, type SettingsOf, understood } from '@leads/service';
import { z } from 'zod';
import { readRequesterKeys } from './token-request.ts';

export const tokenSettings = {
  ...proxySettings,
  /** A JWKS with the Ed25519 public keys of who may ask for tokens; the key id is the requester's name. */
  REQUESTER_KEYS_FILE: fileContent.transform(understood(readRequesterKeys)),
  /** Where requests to Microsoft's hosts go instead, in local runs and tests. */
  MICROSOFT_RESOLVER: standInOrigin,
  /** The most token requests to Microsoft Entra ID that one instance begins in a second. */
  ENTRA_REQUESTS_PER_SECOND: z.coerce.number().positive().default(50),
  /** The public client application that signs Office 365 users in. Without it that authentication is refused. */
  OFFICE365_CLIENT_ID: z.guid().optional(),
};

export type TokenSettings = SettingsOf<typeof tokenSettings>;
