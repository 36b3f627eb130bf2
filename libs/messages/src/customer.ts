/** What of a customer a message shows, and what they did in words: everything they typed is harmless text from here on. */
import {
  type CustomerShown,
  isForAnotherPartner,
  type MarketplaceLead,
  own,
  readLeadOrigin,
} from '@leads/contracts';
import { isolated, mailLine, mailLines } from './plain.ts';
import type { Telling } from './telling.ts';

/** Of one lead. Texts that are not known or not to be shown are empty. */
export interface Shown {
  name: string;
  company: string;
  country: string;
  jobTitle: string;
  email: string;
  phone: string;
  notes: string;
  /** For a subject, e.g. `Ana Trujillo, Adatum`; empty where nothing is shown. */
  who: string;
}

const NOTHING: Shown = {
  name: '',
  company: '',
  country: '',
  jobTitle: '',
  email: '',
  phone: '',
  notes: '',
  who: '',
};
/** A name is one of several things in a line. */
const LONGEST_NAME = 100;

/** What a message shows of the customer of a lead. */
export function shownOf(
  { customer, description }: MarketplaceLead,
  shown: CustomerShown,
  telling: Telling,
): Shown {
  if (shown === 'none') return NOTHING;
  const isAll = shown === 'all';
  const line = (text: string): string => isolated(mailLine(text));
  const all = (text: string): string => (isAll ? line(text) : '');
  const name = line(`${customer.firstName} ${customer.lastName}`);
  const company = line(customer.company);
  const email = all(customer.email);
  const phone = all(customer.phone);
  const brief = (text: string): string => isolated(mailLine(text, LONGEST_NAME));
  const known = [name || email || phone, company].filter(Boolean).map(brief);
  return {
    ...{ name, company, email, phone },
    jobTitle: all(customer.title),
    country: line(telling.country(mailLine(customer.country))),
    notes: isAll ? mailLines(description) : '',
    who: known.join(', ') || telling.texts.lead.noName,
  };
}

/** What the customer did, in words; a code that is not known stands for itself. */
export function actionOf(lead: MarketplaceLead, telling: Telling): string {
  return actionInWords(readLeadOrigin(lead).action, telling);
}

/** The same of a code alone. */
export function actionInWords(code: string, { texts }: Telling): string {
  return own(texts.actions, code.toUpperCase()) ?? isolated(mailLine(code));
}

/** The offer as its publisher calls it, or as the marketplace does. */
export function offerOf(title: string, lead: MarketplaceLead | undefined, { texts }: Telling): string {
  return (
    isolated(mailLine(title, LONGEST_NAME) || mailLine(lead?.offerTitle ?? '', LONGEST_NAME)) ||
    texts.lead.yourOffer
  );
}

/** The marks that a lead has beside its state. */
export function kindMarks(
  lead: MarketplaceLead,
  isTest: boolean,
  { texts }: Telling,
): (readonly ['plain', string])[] {
  return [
    ...(isTest ? [['plain', texts.marks.test] as const] : []),
    ...(isForAnotherPartner(lead) ? [['plain', texts.marks.otherPartner] as const] : []),
  ];
}
