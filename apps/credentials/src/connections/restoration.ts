/** Going back to earlier details of a connection. */
import {
  type ConnectionFields,
  type Entered,
  type FieldRules,
  readConnectionChange,
  writeContactEmails,
} from '@leads/contracts/connection-details';
import type { ConnectionFacts } from '../connection-facts.ts';

/**
 * Reads the body of a request that goes back to earlier details: nothing, or the secret that belongs to them.
 * The details are checked again: what was allowed once may not be any more.
 */
export function readRestoration(
  earlier: ConnectionFacts,
  body: unknown,
  rules: FieldRules,
): Entered<ConnectionFields> {
  const { publisher, offer, leadDestination, url, contactEmails, authentication } = earlier;
  const { applicationId, directoryId, userName } = earlier;
  const { mapping = null, repeatHours = null, otherPartnerLeads = null, notifications = null } = earlier;
  const chosen = { mapping, repeatHours, otherPartnerLeads, notifications };
  const identity = authentication === 'office-365' ? { userName } : { applicationId, directoryId };
  const details = { publisher, offer, leadDestination, url, authentication, ...chosen, ...identity };
  const secret = typeof body === 'object' && body !== null ? body : {};
  const restored = { ...secret, ...details, contactEmails: writeContactEmails(contactEmails) };
  return readConnectionChange(restored, rules);
}
