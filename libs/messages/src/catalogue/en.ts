/** The catalogue in English; its shape is that of every language. Values that come in are set apart already. */
import type { KnownAction, KnownCause, KnownSecret, KnownTrouble } from './known.ts';
import { pluralIn } from './words.ts';

const plural = pluralIn('en');
const secrets: Record<KnownSecret, string> = {
  'client secret': 'The client secret',
  certificate: 'The certificate',
  password: 'The password',
  secret: 'The secret',
};

export const en = {
  /** For dates, numbers and names of countries. */
  tag: 'en-GB',
  colon: ':',
  names: {
    name: 'Name',
    jobTitle: 'Job title',
    company: 'Company',
    email: 'E-mail',
    phone: 'Phone',
    country: 'Country',
    action: 'What they did',
    source: 'Where',
    offer: 'Offer',
    offers: 'Offers',
    acted: 'They asked',
    writtenAt: 'In Dynamics 365 since',
    waitsSince: 'Waits since',
    whyItWaits: 'Why it waits',
    notes: 'Notes',
    what: 'What happened',
    since: 'Since',
    overSince: 'Over since',
    resolvedBy: 'Resolved by',
    isLost: 'Is anything lost',
    waiting: 'Leads that wait',
    dead: 'Leads that are dead',
    customer: 'Customer',
    customers: 'Customers',
    organization: 'Organization',
    organizations: 'Organizations',
    toDo: 'What to do',
    when: 'When',
    state: 'State',
    leads: 'Leads',
    publisher: 'Publisher',
    yourAddress: 'Your address',
    ifConfirmed: 'If you confirm',
    ifNothing: 'If you do nothing',
    goodFor: 'The link is good for',
    medianTime: 'Median time to Dynamics 365',
    incidents: 'Incidents',
  },
  marks: {
    test: 'Test',
    otherPartner: 'Another partner',
    written: 'In Dynamics 365',
    waiting: 'Waiting',
    dead: 'Dead',
    open: 'Open',
    stillOpen: 'Still open',
    resolved: 'Resolved',
    confirm: 'Please confirm',
    week: 'Weekly summary',
    leads: (count: number): string => plural(count, { one: (n) => `${n} lead`, other: (n) => `${n} leads` }),
  },
  links: {
    record: 'Open the lead in Dynamics 365',
    lead: 'Open the lead in the console',
    leads: 'See the leads in the console',
    incident: 'Open the incident',
    answer: 'Say yes or no',
  },
  actions: {
    INS: 'Acquired the offer or began a free trial (Get it now)',
    PLT: 'Asked to be contacted (Contact me)',
    DNC: 'Asked another partner on the page of the offer: nothing to do',
    CREATE: 'Bought in the Azure portal',
    STARTTESTDRIVE: 'Began a test drive',
  } satisfies Record<KnownAction, string> as Record<KnownAction, string>,
  causes: {
    throttled: 'Dynamics 365 takes no more at the moment.',
    away: 'Dynamics 365 does not answer.',
    signIn: 'Signing in to Dynamics 365 does not work.',
    rights: 'The connection lacks a right in Dynamics 365.',
    unknown: 'Dynamics 365 has not taken it yet.',
  } satisfies Record<KnownCause, string> as Record<KnownCause, string>,
  lead: {
    title: (offer: string, who: string): string => `New lead for ${offer}${who && `: ${who}`}`,
    waits: (offer: string, who: string): string => `New lead for ${offer} waits${who && `: ${who}`}`,
    noName: 'a customer who left no name',
    yourOffer: 'your offer',
    testNotice: 'This is a test lead. No customer is behind it.',
    otherPartnerNotice:
      'Nothing to do: this customer asked another partner, who stands on the page of your offer too. They have not opted out of anything.',
    waitsNotice:
      'This lead is not in Dynamics 365 yet. It is safe here and is written by itself as soon as that is possible; you need not enter it.',
    hiddenNotice: 'What the customer said stands in Dynamics 365 and in the console.',
  },
  digest: {
    title: (count: number, offers: string): string =>
      plural(count, {
        one: (n) => `${n} new lead for ${offers}`,
        other: (n) => `${n} new leads for ${offers}`,
      }),
    lead: 'They are in one message so that your mailbox stays readable.',
    notice: (waiting: number): string =>
      plural(waiting, {
        one: (n) => `${n} of them waits to be written to Dynamics 365. It is safe here.`,
        other: (n) => `${n} of them wait to be written to Dynamics 365. They are safe here.`,
      }),
    more: (count: number): string =>
      plural(count, {
        one: (n) => `${n} more stands in the console.`,
        other: (n) => `${n} more stand in the console.`,
      }),
  },
  incident: {
    reminder: (title: string): string => `Reminder: ${title}`,
    offers: (first: string, others: number): string =>
      plural(others, {
        one: (n) => `${first} and ${n} more offer`,
        other: (n) => `${first} and ${n} more offers`,
      }),
    more: (count: number): string =>
      plural(count, { one: (n) => `and ${n} more`, other: (n) => `and ${n} more` }),
    untitled: 'an offer without a title',
    nameless: 'one who left no name',
    dead: (count: number): string =>
      plural(count, {
        one: (n) => `${n}; it can be delivered again`,
        other: (n) => `${n}; each can be delivered again`,
      }),
    expiresOn: (secret: KnownSecret, offers: string, day: string): string =>
      `${secrets[secret]} for ${offers} expires on ${day}`,
    expiredOn: (secret: KnownSecret, offers: string, day: string): string =>
      `${secrets[secret]} for ${offers} expired on ${day}`,
    toBeReplaced: (secret: KnownSecret, offers: string): string =>
      `${secrets[secret]} for ${offers} is to be replaced`,
    hasExpired: (secret: KnownSecret, offers: string): string =>
      `${secrets[secret]} for ${offers} has expired`,
    subjects: {
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
      'connection-warning': (offers) => [
        `The connection of ${offers} needs a look`,
        `The connection of ${offers} is in order again`,
      ],
      'secret-expiring': (offers) => [
        `The sign-in for ${offers} is about to expire`,
        `The secret for ${offers} was replaced`,
      ],
      'secret-expired': (offers) => [
        `The sign-in for ${offers} has expired`,
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
      'fields-unknown': (offers) => [
        `The leads of ${offers} bring fields that are not known`,
        `No more unknown fields with the leads of ${offers}`,
      ],
      other: (offers) => [`The leads of ${offers} need a look`, `All is well with the leads of ${offers}`],
    } satisfies Subjects as Subjects,
    nothingLost: 'No.',
    lost: {
      'connection-broken': 'No. Leads are taken in and wait.',
      'destination-away': 'No. Leads are taken in and wait.',
      'leads-refused': 'No. What is refused is kept, and can be delivered again once its cause is gone.',
      'connection-warning': 'No. Leads are taken in and kept.',
      'secret-expiring': 'No. Without a valid secret leads are taken in and wait.',
      'secret-expired': 'No. Leads are taken in and wait.',
      'mail-trouble': 'No. Leads are written, and mails wait.',
      'records-undecodable': 'No. The record is kept, but has no effect until somebody sees to it.',
      'events-refused': 'No. The event is kept, but has no effect until somebody sees to it.',
      'posts-quarantined':
        'No. What was posted is kept, and becomes a lead once somebody replays it in the console ("Posts put aside").',
      'fields-unknown':
        'No. The leads are written without these fields, and each keeps the body that was posted.',
      other: 'No. Leads are taken in and kept.',
    } satisfies Lost,
  },
  request: {
    title: (publisher: string): string => `Confirm that you want to get mail about leads of ${publisher}`,
    ifConfirmed: 'You get a mail for each customer who asks about an offer of this publisher.',
    ifNothing: 'You get no such mails.',
    days: (count: number): string => plural(count, { one: (n) => `${n} day`, other: (n) => `${n} days` }),
    reason: (publisher: string): string =>
      `You get this one mail because somebody of ${publisher} entered your address as a contact for the leads of an offer. If you do not know them, do nothing, or follow the link and say no.`,
  },
  week: {
    title: (span: string): string => `Your leads: ${span}`,
    lead: (count: number): string =>
      plural(count, { one: (n) => `${n} lead came.`, other: (n) => `${n} leads came.` }),
    none: 'No lead came.',
    seconds: (count: number): string =>
      plural(count, { one: (n) => `${n} second`, other: (n) => `${n} seconds` }),
    minutes: (count: number): string =>
      plural(count, { one: (n) => `${n} minute`, other: (n) => `${n} minutes` }),
    hours: (count: number): string => plural(count, { one: (n) => `${n} hour`, other: (n) => `${n} hours` }),
  },
  footer: {
    reason:
      'You get this mail because your address is a contact e-mail of this offer’s lead destination. It can be changed in the offer’s connection details.',
    reasonOfAll:
      'You get this mail because your address is a contact e-mail of these offers’ lead destination. It can be changed in each offer’s connection details.',
  },
};

type Subjects = Record<KnownTrouble, (offers: string) => readonly [trouble: string, over: string]>;
type Lost = Record<KnownTrouble, string>;

/** One language of the catalogue: a text that it lacks is a type error. */
export type Texts = typeof en;
