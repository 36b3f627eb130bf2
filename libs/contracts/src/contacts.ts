/** Who may get mails with customers' data: addresses below a publisher's own domains, and others once they have said so. */
import { z } from 'zod';
import { Moment } from './moment.ts';
import { Line } from './said.ts';

/** The domains that count as a publisher's own, as an operator has set them; a newer one replaces it. */
export const PublisherDomains = z.object({
  publisherId: z.string(),
  /** As `readMailDomain` writes them. */
  domains: z.array(z.string()),
  at: Moment,
});
export type PublisherDomains = z.infer<typeof PublisherDomains>;

/** How a contact stands: only the first two get mails with customers' data. */
export const ContactState = z.enum(['own-domain', 'confirmed', 'waiting', 'declined']);
export type ContactState = z.infer<typeof ContactState>;

/** How one address stands at one publisher now; a newer version replaces it. */
export const ContactChanged = z.object({
  contactId: z.uuid(),
  /** Each change has the next number. */
  version: z.int32().positive(),
  /** The publisher; of a connection that was known before its publisher was told, the connection's id. */
  publisherId: z.string(),
  /** In lower case. */
  address: Line,
  state: ContactState,
  since: Moment,
  /** When it was last asked to confirm. */
  askedAt: Moment.optional(),
  /** The mail server says that there is no such mailbox. */
  bounced: z
    .object({
      since: Moment,
      /** Its words. */
      reason: Line,
      /** It has said so again later: no mail goes there until a contact list with the address is saved. */
      isStruckOff: z.boolean(),
    })
    .optional(),
});
export type ContactChanged = z.infer<typeof ContactChanged>;

/** What a contact has answered by the link in a mail: the newest counts. */
export const ContactAnswered = z.object({
  contactId: z.uuid(),
  answer: z.enum(['confirmed', 'declined']),
  at: Moment,
});
export type ContactAnswered = z.infer<typeof ContactAnswered>;

/** What a contact is asked by a link. */
export const ContactQuestion = z.object({
  contactId: z.uuid(),
  publisher: z.object({ id: z.string(), name: z.string() }),
  address: z.string(),
});
export type ContactQuestion = z.infer<typeof ContactQuestion>;
