/** Who is a publisher, who asks to be one, and what they use. */
import { z } from 'zod';
import { isPublicMailDomain, readMailDomain } from '../mail-domains.ts';
import { Line, Lines } from '../said.ts';
import { At } from './at.ts';

export const PublisherFacts = z.object({ id: z.string(), name: z.string() }).meta({ id: 'PublisherFacts' });
export type PublisherFacts = z.infer<typeof PublisherFacts>;

/** How far the registration of a directory's publisher is: an operator decides. */
export const RegistrationState = PublisherFacts.extend({
  state: z.enum(['waiting', 'refused']),
  askedAt: At,
  /** Why it was refused. */
  reason: z.string().optional(),
}).meta({ id: 'RegistrationState' });
export type RegistrationState = z.infer<typeof RegistrationState>;

/** `POST /api/publisher` (202): an owner of a directory that is nobody's yet asks to be this publisher. */
export const PublisherRegistration = z
  .strictObject({
    /** As in Partner Center: letters, digits, hyphens and underscores. */
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/i, 'Letters, digits, hyphens and underscores, at most 50.'),
    name: Line.min(1, 'Enter the name of the publisher.').max(200),
  })
  .meta({ id: 'PublisherRegistration' });
export type PublisherRegistration = z.infer<typeof PublisherRegistration>;

/** A domain whose addresses count as a publisher's own. */
const MailDomain = z
  .string()
  .trim()
  .max(253)
  .superRefine((text, context) => {
    const domain = readMailDomain(text);
    if (domain === undefined) context.addIssue('Write a domain such as contoso.com.');
    else if (isPublicMailDomain(domain)) context.addIssue('Anybody can have an address there.');
  });

const MailDomains = z.array(MailDomain).max(50);

/**
 * `POST /api/publisher-requests/{directoryId}/approve`: what an operator has read and approves, and the domains whose
 * addresses get mails about leads at once; others are asked to confirm first.
 */
export const PublisherApproval = PublisherRegistration.extend({
  domains: MailDomains.optional(),
}).meta({ id: 'PublisherApproval' });
export type PublisherApproval = z.infer<typeof PublisherApproval>;

/** `PUT /api/publishers/{publisherId}/domains`. */
export const PublisherDomainsChoice = z
  .strictObject({ domains: MailDomains })
  .meta({ id: 'PublisherDomainsChoice' });
export type PublisherDomainsChoice = z.infer<typeof PublisherDomainsChoice>;

/** A publisher and the domains whose addresses count as its own. */
export const ApprovedPublisher = PublisherFacts.extend({ domains: z.array(z.string()) }).meta({
  id: 'ApprovedPublisher',
});
export type ApprovedPublisher = z.infer<typeof ApprovedPublisher>;

/** `GET /api/publishers`. */
export const ApprovedPublishers = z
  .object({ publishers: z.array(ApprovedPublisher) })
  .meta({ id: 'ApprovedPublishers' });
export type ApprovedPublishers = z.infer<typeof ApprovedPublishers>;

/** Somebody who asks to be a publisher. */
export const PublisherRequest = PublisherFacts.extend({
  directoryId: z.string(),
  askedAt: At,
  askedBy: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /** The domain of their sign-in name, where not anybody can have an address there: it proves nothing. */
  proposedDomains: z.array(z.string()),
}).meta({ id: 'PublisherRequest' });
export type PublisherRequest = z.infer<typeof PublisherRequest>;

/** `GET /api/publisher-requests`: those that wait, the oldest first. */
export const PublisherRequests = z
  .object({ requests: z.array(PublisherRequest) })
  .meta({ id: 'PublisherRequests' });
export type PublisherRequests = z.infer<typeof PublisherRequests>;

/** `POST /api/publisher-requests/{directoryId}/refuse`: why, for its people to read. */
export const PublisherRefusal = z
  .strictObject({ reason: Lines.min(1, 'Say why.').max(500) })
  .meta({ id: 'PublisherRefusal' });
export type PublisherRefusal = z.infer<typeof PublisherRefusal>;

/** What is limited: a number of connections, and the others by the hour. */
export const LimitedUse = z.enum(['connections', 'saves', 'validates', 'searches', 'exports', 'replays']);
export type LimitedUse = z.infer<typeof LimitedUse>;

/** `GET /api/usage`: what publishers have used this hour of what they may. */
export const Usage = z
  .object({
    limits: z.record(LimitedUse, z.int().positive()),
    publishers: z.array(
      z.object({
        publisher: PublisherFacts,
        /** What is not there has not been used. */
        used: z.partialRecord(LimitedUse, z.int().nonnegative()),
      }),
    ),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof Usage>;
