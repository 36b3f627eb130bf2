/** What a mail about an incident says: what happened and since when, that nothing is lost, what waits, and what to do. */
import { own } from '@leads/contracts';
import type { ComposedMail } from './lay-out-mail.ts';
import { layOutMail, whenInWords } from './lay-out-mail.ts';
import { mailLine, mailLines } from './mail-text.ts';
import type { IncidentMailEvent } from '../mails/mail-store.ts';
import type { RefusedCustomers } from '../mails/refused-customers.ts';

export interface IncidentMail extends IncidentMailEvent {
  /** The letter's id. */
  id: string;
  /** Whose leads are dead because of it, of the offers of who gets it. */
  refused: RefusedCustomers;
  /** Where the console is; `undefined` where that is not told. */
  consoleUrl: string | undefined;
}

/** What services write of trouble is longer than what customers type into one field. */
const LONGEST_SENTENCES = 2_000;
/** More steps than a remedy has; more offers than a mail need name. */
const MOST_STEPS = 20;
const MOST_OFFERS = 50;
/** A customer is one of several in a line. */
const LONGEST_NAME = 100;

/** Composes one contact's mail about one incident. */
export function composeIncidentMail({
  id,
  told,
  incident,
  offers,
  refused,
  consoleUrl,
}: IncidentMail): ComposedMail {
  const isOver = told === 'resolved';
  const about = own(subjects, incident.kind) ?? ofAnyKind;
  const [trouble, over] = about(offersInWords(offers), incident.what);
  const title = isOver ? over : told === 'reminded' ? `Reminder: ${trouble}` : trouble;
  const { waiting, resolvedAt, resolvedBy } = incident;
  // More may have died since the incident told how many.
  const dead = Math.max(incident.dead, refused.total);
  const rows = [
    ['What happened', mailLine(incident.what, LONGEST_SENTENCES)],
    ['Since', whenInWords(new Date(incident.since))],
    ['Over since', isOver && resolvedAt !== undefined ? whenInWords(new Date(resolvedAt)) : ''],
    ['Resolved by', isOver ? mailLine(resolvedBy ?? '') : ''],
    ['Is anything lost', own(lost, incident.kind) ?? 'No. Leads are taken in and kept.'],
    ['Leads that wait', !isOver && waiting > 0 ? String(waiting) : ''],
    ['Leads that are dead', dead > 0 ? `${dead}; each can be delivered again` : ''],
    [refused.total === 1 ? 'Customer' : 'Customers', customersInWords(refused)],
    [offers.length === 1 ? 'Offer' : 'Offers', offerList(offers)],
    [
      organizationsOf(offers).length === 1 ? 'Organization' : 'Organizations',
      organizationsOf(offers).join(', '),
    ],
  ] as const;
  const path = `/incidents/${incident.incidentId}`;
  const link = consoleUrl && { name: 'Open the incident', url: new URL(path, consoleUrl).href };
  return {
    id,
    idHeader: 'X-Incident-Id',
    about: incident.incidentId,
    subject: mailLine(title, 250),
    ...layOutMail({
      warnings: [],
      title: mailLine(title),
      rows,
      steps: isOver ? [] : stepsIn(incident.remedy),
      notes: '',
      ...(link && { link }),
    }),
  };
}

type Words = (offers: string, what: string) => readonly [trouble: string, over: string];

/** By the kind of incident, while it lasts and once it is over. */
const subjects: Partial<Record<string, Words>> = {
  'connection-broken': (offers) => [
    `Leads for ${offers} wait: the connection does not work`,
    `Leads for ${offers} are written again`,
  ],
  'destination-away': (offers) => [
    `Leads for ${offers} wait: Dynamics 365 does not answer`,
    `Leads for ${offers} are written again: Dynamics 365 answers`,
  ],
  'leads-refused': (offers) => [
    `Leads for ${offers} are refused by Dynamics 365`,
    `Leads for ${offers} are refused no more`,
  ],
  'connection-warning': (offers, what) => [
    `The connection of ${offers} needs a look: ${what}`,
    `The connection of ${offers} is in order again`,
  ],
  'secret-expiring': (offers, what) => [
    `${secretIn(what)} for ${offers} ${expiryIn(what)}`,
    `The secret for ${offers} was replaced`,
  ],
  'secret-expired': (offers, what) => [
    `${secretIn(what)} for ${offers} ${expiryIn(what, 'has expired')}`,
    `The secret for ${offers} works again`,
  ],
  'mail-trouble': (offers) => [
    `Mails about ${offers} cannot be delivered`,
    `Mails about ${offers} are delivered again`,
  ],
  'records-undecodable': (offers) => [
    `A record about ${offers} could not be read`,
    `The record about ${offers} was seen to`,
  ],
  'events-refused': (offers) => [
    `An event about ${offers} could not be passed on`,
    `The event about ${offers} was seen to`,
  ],
  'posts-quarantined': (offers) => [
    `What was posted for ${offers} is no lead that we know`,
    `What was posted for ${offers} was seen to`,
  ],
};

const ofAnyKind: Words = (offers) => [
  `The leads of ${offers} need a look`,
  `All is well with the leads of ${offers}`,
];

/** Nothing ever is: what differs is what becomes of the leads meanwhile. */
const lost: Partial<Record<string, string>> = {
  'connection-broken': 'No. Leads are taken in and wait.',
  'destination-away': 'No. Leads are taken in and wait.',
  'leads-refused': 'No. What is refused is kept, and can be delivered again once its cause is gone.',
  'secret-expiring': 'No. Without a valid secret leads are taken in and wait.',
  'secret-expired': 'No. Leads are taken in and wait.',
  'mail-trouble': 'No. Leads are written, and mails wait.',
  'records-undecodable': 'No. The record is kept, but has no effect until somebody sees to it.',
  'events-refused': 'No. The event is kept, but has no effect until somebody sees to it.',
  'posts-quarantined': 'No. What was posted is kept, but is no lead until somebody sees to it.',
};

/** Which secret the words are about: `The client secret`. */
function secretIn(what: string): string {
  return /\b[Tt]he (client secret|certificate|password)\b/.exec(what)?.[0].replace(/^t/, 'T') ?? 'The secret';
}

function expiryIn(what: string, otherwise = 'is to be replaced'): string {
  return /\bexpire[sd] on \d{4}-\d\d-\d\d\b/.exec(what)?.[0] ?? otherwise;
}

function offersInWords(offers: IncidentMail['offers']): string {
  const [first, second] = titlesOf(offers);
  if (first === undefined) return 'your offer';
  const others = offers.length - 1;
  if (others === 0) return first;
  return others === 1 && second !== undefined
    ? `${first} and ${second}`
    : `${first} and ${others} more offers`;
}

function titlesOf(offers: IncidentMail['offers']): string[] {
  return offers.map(({ title }) => mailLine(title) || 'an offer without a title');
}

function offerList(offers: IncidentMail['offers']): string {
  const named = titlesOf(offers).slice(0, MOST_OFFERS);
  const others = offers.length - named.length;
  return [...named, ...(others > 0 ? [`${others} more`] : [])].join(', ');
}

/** By company and name alone: what else is known of them stands in the console, for those who may sign in there. */
function customersInWords({ named, total }: RefusedCustomers): string {
  const customers = named.map(
    ({ company, name }) =>
      [name, company]
        .map((text) => mailLine(text, LONGEST_NAME))
        .filter(Boolean)
        .join(', ') || 'one who left no name',
  );
  const others = total - named.length;
  return [...customers, ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
}

function organizationsOf(offers: IncidentMail['offers']): string[] {
  return [...new Set(offers.flatMap(({ organization }) => organization ?? []))].slice(0, MOST_OFFERS);
}

/** A remedy is lines, or sentences: each is a step. */
function stepsIn(remedy: string): string[] {
  return mailLines(remedy)
    .split(/\n|(?<=\.) (?=\p{Lu})/u)
    .map((step) => mailLine(step, LONGEST_SENTENCES))
    .filter((step) => step !== '')
    .slice(0, MOST_STEPS);
}
