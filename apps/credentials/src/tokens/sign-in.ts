/** Signs a connection in at Entra ID, with its secret as it is now. */
import type { DatabaseClock } from '@leads/database';
import type { Kysely } from 'kysely';
import { readDynamicsUrl, type Regions } from '@leads/contracts/connection-details';
import { readKeptCertificate } from '../secrets/certificate.ts';
import type { Connection, ConnectionFacts } from '../connection-facts.ts';
import type { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { askEntra, type Credential, type EntraAnswer, type Sender } from './entra.ts';

export interface SignInOptions {
  database: Kysely<CredentialsTables>;
  vault: Vault;
  sender: Sender;
  regions: Regions;
  /** The public client application for Office 365; without it that authentication is refused. */
  publicClientId: string | undefined;
}

/** Asks once for a token for a connection. */
type Ask = (connection: Connection) => Promise<EntraAnswer>;

/** MSAL says by the machine's own clock when a token ends; who uses it goes by the database's. */
export function datedBy(clock: Pick<DatabaseClock, 'skewMs'>, ask: Ask): Ask {
  return async (connection) => {
    const answer = await ask(connection);
    if (answer.kind !== 'token') return answer;
    return { ...answer, expiresAt: new Date(answer.expiresAt.getTime() - clock.skewMs()) };
  };
}

/** Makes the function that asks once for a token for a connection. */
export function signIn(options: SignInOptions): Ask {
  return async ({ connectionId, facts }) => {
    // Once more, although it was checked when it was entered: the list of regions can have become shorter.
    const address = readDynamicsUrl(facts.url, options.regions);
    if (!address.ok)
      return refused('url-not-allowed', address.fault, 'Correct the URL in the Connection details.');
    const { kind: purpose, version } = facts.secret;
    const binding = { connectionId, purpose, version };
    const secret = await options.vault.open(options.database, binding);
    if (secret === undefined) {
      return {
        ...refused('secret-replaced', 'The secret was replaced meanwhile.', 'Nothing is to be done.'),
        passingTries: Infinity,
        pausesMs: [0],
      };
    }
    const credential = credentialOf(facts, secret, options.publicClientId);
    if (!credential) {
      return refused(
        'office-365-not-set-up',
        'Signing in with a user name and password is not set up in this installation.',
        'Use Azure Active Directory instead (recommended), or ask the operators to set OFFICE365_CLIENT_ID.',
      );
    }
    return askEntra({ signInHost: address.signInHost, url: address.origin, credential }, options.sender);
  };
}

/** @returns `undefined` where users cannot be signed in by this installation */
function credentialOf(
  facts: ConnectionFacts,
  secret: string,
  publicClientId: string | undefined,
): Credential | undefined {
  const { applicationId = '', directoryId = '', userName = '' } = facts;
  switch (facts.secret.kind) {
    case 'client-secret':
      return { kind: 'client-secret', applicationId, directoryId, secret };
    case 'certificate':
      return { kind: 'certificate', applicationId, directoryId, certificate: readKeptCertificate(secret) };
    case 'password':
      return publicClientId === undefined
        ? undefined
        : { kind: 'password', publicClientId, userName, password: secret };
  }
}

/** Entra ID was not asked; nothing but another save or other settings would change that. */
function refused(cause: string, what: string, remedy: string): EntraAnswer & { kind: 'refused' } {
  return {
    kind: 'refused',
    cause,
    refusalKind: 'unknown',
    what,
    remedy,
    passingTries: 0,
    pausesMs: [60_000],
  };
}
