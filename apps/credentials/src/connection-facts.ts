/** What is kept of a connection at one version: everything but what opens it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Authentication, ConnectionChanged, Mapping, present } from '@leads/contracts';
import { ContactEmail } from '@leads/contracts/connection-details';

const Instant = z.iso.datetime();

/** As stored in `connections.facts` and in every row of `connection_versions`. */
export const ConnectionFacts = z.object({
  publisher: z.object({ id: z.string(), name: z.string() }),
  offer: z.object({ id: z.string(), title: z.string() }),
  leadDestination: z.literal('dynamics-365'),
  /** The instance's origin. */
  url: z.url(),
  authentication: Authentication,
  /** With Azure Active Directory. */
  applicationId: z.guid().optional(),
  directoryId: z.guid().optional(),
  /** With Office 365. */
  userName: z.string().optional(),
  contactEmails: z.array(ContactEmail),
  mapping: Mapping.optional(),
  repeatHours: ConnectionChanged.shape.repeatHours,
  otherPartnerLeads: ConnectionChanged.shape.otherPartnerLeads,
  notifications: ConnectionChanged.shape.notifications,
  state: z.enum(['draft', 'published', 'paused', 'deleted']),
  secret: z.object({
    kind: z.enum(['client-secret', 'certificate', 'password']).default('client-secret'),
    version: z.int().positive(),
    setAt: Instant,
    /** The last day on which the secret works, as the publisher or the 90 days of Office 365 say. */
    expiresOn: z.iso.date().optional(),
  }),
  addressKey: z.object({
    version: z.int().positive(),
    /** SHA-256 of the key, lower-case hex. */
    hash: z.string(),
    setAt: Instant,
    /** Of keys before it: until when each still works, the newest first. */
    earlier: z.array(z.object({ hash: z.string(), until: Instant })).optional(),
  }),
});
export type ConnectionFacts = z.infer<typeof ConnectionFacts>;

/** A connection at its present version. */
export interface Connection {
  connectionId: string;
  version: number;
  facts: ConnectionFacts;
  changedAt: Date;
  /** Who made the last change, as the caller of the API named them. */
  changedBy: string;
}

/** What the other services are told. */
export function toEvent({ connectionId, version, facts, changedAt }: Connection): ConnectionChanged {
  const earlier = earlierAddresses(facts, changedAt);
  return {
    connectionId,
    version,
    changedAt: changedAt.toISOString(),
    publisher: facts.publisher,
    offer: facts.offer,
    leadDestination: facts.leadDestination,
    url: facts.url,
    authentication: facts.authentication,
    contactEmails: facts.contactEmails,
    state: facts.state,
    addressKeyHash: facts.addressKey.hash,
    ...(earlier.length > 0 && {
      earlierAddresses: earlier.map(({ hash: keyHash, until }) => ({ keyHash, until })),
    }),
    secretVersion: facts.secret.version,
    ...present({ identityHash: identityHash(facts) }),
    ...(facts.mapping ? { mapping: facts.mapping } : {}),
    ...present({
      repeatHours: facts.repeatHours,
      otherPartnerLeads: facts.otherPartnerLeads,
      notifications: facts.notifications,
    }),
  };
}

/** The replaced lead addresses that still work at that moment. */
export function earlierAddresses(
  { addressKey: { earlier = [] } }: ConnectionFacts,
  at: Date,
): { hash: string; until: string }[] {
  return earlier.filter(({ until }) => Date.parse(until) > at.getTime());
}

/** What two connections have in common that sign in as the same application or user; neither counts case. */
export function identityHash({ applicationId, userName }: ConnectionFacts): string | undefined {
  const identity = applicationId ?? userName;
  return identity && createHash('sha256').update(identity.toLowerCase()).digest('hex');
}
