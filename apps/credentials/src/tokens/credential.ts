/** What a connection proves itself with, and a name for it that changes whenever a token got with it must go. */
import type { ConnectionFacts } from '../connection-facts.ts';

/** Names the credential and what it is for; contains no secret. */
export function credentialName(facts: ConnectionFacts): string {
  const { authentication, applicationId, directoryId, userName, url, secret } = facts;
  const identity = authentication === 'office-365' ? [userName] : [directoryId, applicationId];
  return [authentication, ...identity, url, `secret ${secret.version}`].join(' ');
}
