/** Posts that were put aside in words: why, and how they stand; pure. */
import type { KeptPostState, MarketplaceLead, NotUnderstood } from '@leads/contracts';
import type { StateWords } from '../pieces/state-words.ts';

export const keptPostWords: Record<KeptPostState, StateWords> = {
  kept: { tone: 'warning', word: 'Waiting', meaning: 'It is kept, and goes no further by itself.' },
  replayed: { tone: 'good', word: 'Made a lead', meaning: 'A person had a lead made of it.' },
  discarded: { tone: 'quiet', word: 'Discarded', meaning: 'A person said that it is no lead.' },
};

const WHY: Record<NotUnderstood, string> = {
  'no-lead': 'It can be read, but names no customer and has no mark of the marketplace.',
  'not-readable': 'It is neither valid JSON nor a form.',
  'too-intricate': 'It is nested deeper, or has more values or leads, than is looked through.',
  'not-storable': 'A lead was recognised in it, but something in its texts cannot be stored.',
};

/** Why no lead was recognised in it. */
export function whyWords(why: NotUnderstood | undefined): string {
  return why === undefined ? 'No lead was recognised in it.' : WHY[why];
}

/** Who it seems to be about: what a list calls a post. */
export function seemingly({ customer }: MarketplaceLead): string {
  const { firstName, lastName, email, company, phone } = customer;
  return [firstName, lastName].filter(Boolean).join(' ') || email || company || phone || 'Nobody named';
}

/** The fields of a lead, in the order of forms and facts. */
export const LEAD_FIELDS = [
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['company', 'Company'],
  ['title', 'Title'],
  ['country', 'Country'],
  ['actionCode', 'Action'],
  ['offerTitle', 'Offer'],
  ['leadSource', 'Lead source'],
  ['description', 'Description'],
] as const;

export type LeadField = (typeof LEAD_FIELDS)[number][0];

/** The fields of a lead in one level, for a form. */
export function flat({ customer, ...facts }: MarketplaceLead): Record<LeadField, string> {
  return { ...customer, ...facts };
}

/** A form's fields as a lead. */
export function leadOf({
  leadSource,
  actionCode,
  offerTitle,
  description,
  ...customer
}: Record<LeadField, string>): MarketplaceLead {
  return { customer, leadSource, actionCode, offerTitle, description };
}

/** What the text of a correction begins with: the body laid out, or what was found in it. */
export function beginningText(text: string, found: MarketplaceLead): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    const { customer, ...facts } = found;
    return JSON.stringify({ userDetails: customer, ...facts }, undefined, 2);
  }
}
