/** Contacts: whether mails about leads go to them, and what they say of that. */
import { z } from 'zod';
import { ContactState } from '../contacts.ts';
import { At } from './at.ts';

/** How one address of a contact list stands: only those at a domain of the publisher's own and confirmed ones get mails. */
export const Contact = z.object({
  address: z.string(),
  state: ContactState,
  since: At,
  /** When it was last asked to confirm. */
  askedAt: At.optional(),
});
export type Contact = z.infer<typeof Contact>;

const ContactToken = z.string().min(1).max(4_000);

/** `POST /api/contact-confirmation/read`: the token of a link in a mail, which is after its `#`. */
export const ContactLink = z.strictObject({ token: ContactToken }).meta({ id: 'ContactLink' });
export type ContactLink = z.infer<typeof ContactLink>;

/** What the link asks; nothing is changed by reading it. */
export const ContactAsked = z
  .object({ address: z.string(), publisher: z.string(), expiresAt: At })
  .meta({ id: 'ContactAsked' });
export type ContactAsked = z.infer<typeof ContactAsked>;

/** `POST /api/contact-confirmation`: what the contact says; the newest counts. */
export const ContactAnswer = z
  .strictObject({ token: ContactToken, answer: z.enum(['confirmed', 'declined']) })
  .meta({ id: 'ContactAnswer' });
export type ContactAnswer = z.infer<typeof ContactAnswer>;
