/** The message about an incident: what happened and since when, that nothing is lost, what waits, and what to do. */
import { type Incident, type Notifications, Trouble } from '@leads/contracts';
import type { KnownSecret, KnownTrouble } from './catalogue/known.ts';
import type { Deployment } from './deployment.ts';
import { type ComposedMail, layOut, type MessageParts, subjectOf } from './lay-out.ts';
import { consolePage } from './links.ts';
import { isolated, mailLine, mailLines } from './plain.ts';
import { type Telling, tellingOf } from './telling.ts';

/** An offer that the incident concerns, of those of who gets the message. */
export interface ConcernedOffer {
  title: string;
  /** The organization's origin; `null` where it is not known. */
  organization: string | null;
}

/** Customers of dead leads, as far as a message may name them. */
export interface RefusedCustomers {
  /** Those whose leads died last, the newest first. Either text is empty where the customer left none. */
  named: { company: string; name: string }[];
  /** How many dead leads there are, these among them. */
  total: number;
}

export interface IncidentMessage {
  /** The message's own id. */
  id: string;
  told: 'opened' | 'reminded' | 'resolved';
  incident: Incident;
  offers: readonly ConcernedOffer[];
  /** Whose leads are dead because of it, of the offers of who gets it. */
  refused: RefusedCustomers;
  notifications: Notifications;
}

/** What services write of trouble is longer than what customers type into one field. */
const LONGEST_SENTENCES = 2_000;
/** More steps than a remedy has; more offers than a mail need name. */
const MOST_STEPS = 20;
const MOST_OFFERS = 50;
/** A customer is one of several in a line. */
const LONGEST_NAME = 100;

/** Composes one contact's message about one incident. */
export function composeIncident(
  { id, told, incident, offers, refused, notifications }: IncidentMessage,
  deployment: Deployment,
): ComposedMail {
  const telling = tellingOf(notifications);
  const { texts } = telling;
  const isOver = told === 'resolved';
  const kind = knownTrouble(incident.kind);
  const title = titleOf(told, kind, incident.what, offersInWords(offers, telling), telling);
  const { resolvedAt, resolvedBy } = incident;
  // What the incident counts is of all its connections, and theirs may be a few of them.
  const isAllTheirs = (incident.connections ?? incident.connectionIds.length) <= offers.length;
  const waiting = isAllTheirs ? incident.waiting : 0;
  // More may have died since the incident told how many.
  const dead = isAllTheirs ? Math.max(incident.dead, refused.total) : refused.total;
  const organizations = organizationsOf(offers);
  const line = (text: string, longest?: number): string => isolated(mailLine(text, longest));
  const parts: MessageParts = {
    title,
    marks: [
      isOver
        ? ['good', texts.marks.resolved]
        : told === 'reminded'
          ? ['wait', texts.marks.stillOpen]
          : ['bad', texts.marks.open],
    ],
    facts: [
      [texts.names.what, line(incident.what, LONGEST_SENTENCES)],
      [texts.names.since, telling.when(incident.since)],
      [texts.names.overSince, isOver && resolvedAt !== undefined ? telling.when(resolvedAt) : ''],
      [texts.names.resolvedBy, isOver ? line(resolvedBy ?? '') : ''],
      [texts.names.isLost, isOver ? texts.incident.nothingLost : texts.incident.lost[kind]],
      [texts.names.waiting, !isOver && waiting > 0 ? String(waiting) : ''],
      [texts.names.dead, dead > 0 ? texts.incident.dead(dead) : ''],
      [
        refused.total === 1 ? texts.names.customer : texts.names.customers,
        notifications.customer === 'none' ? '' : customersInWords(refused, telling),
      ],
      [offers.length === 1 ? texts.names.offer : texts.names.offers, offerList(offers, telling)],
      [
        organizations.length === 1 ? texts.names.organization : texts.names.organizations,
        organizations.map((organization) => line(organization)).join(', '),
      ],
    ],
    steps: isOver ? [] : stepsIn(incident.remedy),
    links: [[texts.links.incident, consolePage(deployment, `/incidents/${incident.incidentId}`)]],
    reason: offers.length > 1 ? texts.footer.reasonOfAll : texts.footer.reason,
  };
  return {
    id,
    idHeader: 'X-Incident-Id',
    about: incident.incidentId,
    subject: subjectOf(title),
    ...layOut(parts, telling.language, deployment),
  };
}

function knownTrouble(kind: string): KnownTrouble {
  return Trouble.safeParse(kind).data ?? 'other';
}

function titleOf(
  told: IncidentMessage['told'],
  kind: KnownTrouble,
  what: string,
  offers: string,
  telling: Telling,
): string {
  const words = telling.texts.incident;
  const [trouble, over] = words.subjects[kind](offers);
  if (told === 'resolved') return over;
  const title = expiryTitle(kind, what, offers, telling) ?? trouble;
  return told === 'reminded' ? words.reminder(title) : title;
}

/** Says which secret it is and its last day, as far as the words of who noticed it do. */
function expiryTitle(kind: KnownTrouble, what: string, offers: string, telling: Telling): string | undefined {
  if (kind !== 'secret-expiring' && kind !== 'secret-expired') return undefined;
  const words = telling.texts.incident;
  const secret = (/\b[Tt]he (client secret|certificate|password)\b/.exec(what)?.[1] ??
    'secret') as KnownSecret;
  const [, tense, day] = /\bexpire([sd]) on (\d{4}-\d\d-\d\d)\b/.exec(what) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day))) {
    return kind === 'secret-expired' ? words.hasExpired(secret, offers) : words.toBeReplaced(secret, offers);
  }
  return words[tense === 'd' ? 'expiredOn' : 'expiresOn'](secret, offers, telling.day(day));
}

function offersInWords(offers: readonly ConcernedOffer[], telling: Telling): string {
  const titles = titlesOf(offers, telling);
  const [first = telling.texts.lead.yourOffer] = titles;
  return offers.length > 2
    ? telling.texts.incident.offers(first, offers.length - 1)
    : telling.list(titles.length === 0 ? [first] : titles);
}

function titlesOf(offers: readonly ConcernedOffer[], { texts }: Telling): string[] {
  return offers.map(({ title }) => isolated(mailLine(title, LONGEST_NAME)) || texts.incident.untitled);
}

function offerList(offers: readonly ConcernedOffer[], telling: Telling): string {
  const named = titlesOf(offers.slice(0, MOST_OFFERS), telling);
  const others = offers.length - named.length;
  return [...named, ...(others > 0 ? [telling.texts.incident.more(others)] : [])].join(', ');
}

/** By company and name alone: what else is known of them stands in the console, for those who may sign in there. */
function customersInWords({ named, total }: RefusedCustomers, { texts }: Telling): string {
  const customers = named.map(
    ({ company, name }) =>
      [name, company]
        .map((text) => isolated(mailLine(text, LONGEST_NAME)))
        .filter(Boolean)
        .join(', ') || texts.incident.nameless,
  );
  const others = total - named.length;
  return [...customers, ...(others > 0 ? [texts.incident.more(others)] : [])].join('; ');
}

function organizationsOf(offers: readonly ConcernedOffer[]): string[] {
  return [...new Set(offers.flatMap(({ organization }) => organization ?? []))].slice(0, MOST_OFFERS);
}

/** A remedy is lines, or sentences: each is a step. */
function stepsIn(remedy: string): string[] {
  return mailLines(remedy)
    .split(/\n|(?<=\.) (?=\p{Lu})/u)
    .map((step) => isolated(mailLine(step, LONGEST_SENTENCES)))
    .filter((step) => step !== '')
    .slice(0, MOST_STEPS);
}
