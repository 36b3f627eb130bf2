/** A connection: where one offer's leads go. What services may know of it, never what opens it. */
import { z } from 'zod';
import { ContactEmail } from './connection-details/contact-emails.ts';
import { Place, type Trouble } from './incidents.ts';
import { Reason } from './lead-events.ts';
import { Day, Moment } from './moment.ts';
import { Line, Lines } from './said.ts';

export const Authentication = z.enum(['azure-active-directory', 'office-365']);
export type Authentication = z.infer<typeof Authentication>;

/** A column of the lead table by its logical name. */
const ColumnName = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/);

/** What a lead says, by the name of the marketplace's field. */
export const LeadField = z.enum([
  'firstName',
  'lastName',
  'email',
  'phone',
  'country',
  'company',
  'title',
  'offerTitle',
]);
export type LeadField = z.infer<typeof LeadField>;

/** What a custom column can be filled with: a field, or what else is known of the lead; `requestedAt` is when the customer asked. */
export const LeadFact = z.enum([
  ...LeadField.options,
  'leadSource',
  'actionCode',
  'source',
  'action',
  'offer',
  'description',
  'leadId',
  'requestedAt',
]);
export type LeadFact = z.infer<typeof LeadFact>;

/** How the leads of one connection differ from the standard lead record; everything left out stays standard. */
export const Mapping = z.object({
  /** The same value for every lead. */
  constants: z.record(ColumnName, z.union([z.string().max(2_000), z.number(), z.boolean()])).optional(),
  /** Fields that go to another column than the standard one. */
  targets: z.partialRecord(LeadField, ColumnName).optional(),
  /** Further columns, and what they are filled with. */
  columns: z.record(ColumnName, LeadFact).optional(),
  /** Lookups: the navigation property, and the record that it is bound to. */
  lookups: z
    .record(
      z.string().regex(/^[A-Za-z]\w{0,99}$/),
      z.string().regex(/^\/[a-z][a-z0-9_]{0,99}\([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)$/i),
    )
    .optional(),
  /** The language in which the organisation writes names of countries, as a BCP 47 tag; English unless given. */
  countryLanguage: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)
    .optional(),
});
export type Mapping = z.infer<typeof Mapping>;

/** The most hours for which the same content of a lead can be taken for a repeat: seven days. */
export const MOST_REPEAT_HOURS = 168;

/**
 * What is done with leads of customers who asked for another partner on the offer's page (action code `DNC`): kept in
 * the ledger alone, written like others, or written and marked not to be contacted, which no customer asked for.
 */
export const OtherPartnerLeads = z.enum(['not-written', 'written', 'written-with-flags']);
export type OtherPartnerLeads = z.infer<typeof OtherPartnerLeads>;

/** The languages that messages to contacts are written in. */
export const MessageLanguage = z.enum(['en', 'de', 'fr', 'es', 'ja']);
export type MessageLanguage = z.infer<typeof MessageLanguage>;

/** How much of what a customer said of themselves a message shows: nothing, company, name and country, or everything. */
export const CustomerShown = z.enum(['none', 'company-and-name', 'all']);
export type CustomerShown = z.infer<typeof CustomerShown>;

/** How the contacts of a connection are told; what is left out is as by default. */
export const Notifications = z.object({
  customer: CustomerShown.default('company-and-name'),
  language: MessageLanguage.default('en'),
  /** Of the times in messages: a name of the time zone database, e.g. `Europe/Berlin`. */
  timeZone: z.string().refine(isTimeZone).default('UTC'),
});
export type Notifications = z.infer<typeof Notifications>;

/** Whether times can be told in it. */
export function isTimeZone(name: string): boolean {
  try {
    // An offset such as +01:00 is taken too, and knows no summer time: names alone are time zones here.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** The most days for which an earlier lead address may go on working, and the most such addresses of a connection. */
export const MOST_OVERLAP_DAYS = 30;
export const MOST_EARLIER_ADDRESSES = 5;

/** Public facts of one connection at one version. A consumer ignores a version not above the one it has. */
export const ConnectionChanged = z.object({
  connectionId: z.uuid(),
  version: z.int32().positive(),
  changedAt: Moment,
  publisher: z.object({ id: z.string(), name: Line }),
  offer: z.object({ id: z.string(), title: Line }),
  leadDestination: z.literal('dynamics-365'),
  /** The organisation's origin, e.g. `https://contoso.crm4.dynamics.com`. */
  url: z.url(),
  authentication: Authentication,
  contactEmails: z.array(ContactEmail),
  /** `draft` until published; a `deleted` connection stays as a tombstone. */
  state: z.enum(['draft', 'published', 'paused', 'deleted']),
  /** SHA-256 of the gateway address key, lower-case hex: enough to recognise a key, not to make one. */
  addressKeyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of addresses that were replaced: until when each still works. */
  earlierAddresses: z
    .array(z.object({ keyHash: z.string().regex(/^[0-9a-f]{64}$/), until: Moment }))
    .max(MOST_EARLIER_ADDRESSES)
    .optional(),
  /** Raised by one whenever the secret is replaced, so that a token got with an older one is dropped. */
  secretVersion: z.int32().positive(),
  /**
   * SHA-256 of the application ID, or of the user name, that signs in there, lower-case hex: enough to see that two
   * connections share it. Absent in events of before it was told.
   */
  identityHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  mapping: Mapping.optional(),
  /** For how many hours the same content again is the same lead, 0: never; absent: as the gateway's setting says. */
  repeatHours: z.int32().min(0).max(MOST_REPEAT_HOURS).optional(),
  /** `written` where it is absent. */
  otherPartnerLeads: OtherPartnerLeads.optional(),
  /** As by default where it is absent. */
  notifications: Notifications.optional(),
});
export type ConnectionChanged = z.infer<typeof ConnectionChanged>;

/** For how many days the publisher of a connection keeps what its customers said; a newer one replaces it. */
export const RetentionChosen = z.object({
  connectionId: z.uuid(),
  /** After a lead was written or died; `null`: as the settings of the services say. They clamp it to their bounds. */
  days: z.int32().positive().nullable(),
  at: Moment,
});
export type RetentionChosen = z.infer<typeof RetentionChosen>;

/** A check of a running Validate, as it happens. */
export const ValidationStep = z.object({
  validationId: z.uuid(),
  connectionId: z.uuid(),
  at: Moment,
  /** A `StepName` of `validation/check-names.ts`; names that a newer service made pass as well. */
  check: Line,
  status: z.enum(['started', 'passed', 'warning', 'failed', 'finished']),
  tookMs: z.number().nonnegative(),
  cause: Lines.optional(),
  remedy: Lines.optional(),
});
export type ValidationStep = z.infer<typeof ValidationStep>;

/**
 * Trouble at a connection, noticed or over. Incidents are made of these; whoever notices something tells of it as often
 * as it likes, for the same again changes nothing.
 *
 * Alerts of before `transition` was told tell it by their `kind`.
 */
export const Alert = z.object({
  alertId: z.uuid(),
  /** `NO_CONNECTION` where it is about none. */
  connectionId: z.uuid(),
  at: Moment,
  /** Closed for ever: to a reader of before, a record with another word is an unreadable one. {@link trouble} is finer. */
  kind: z.enum([
    'connection-failing',
    'connection-restored',
    'connection-warning',
    'secret-expiring',
    'record-quarantined',
  ]),
  what: Lines,
  remedy: Lines,
  /** Of `secret-expiring`: the secret that the words are about. */
  secret: z
    .object({
      kind: z.enum(['client-secret', 'certificate', 'password']),
      /** The last day on which it works. */
      expiresOn: Day.optional(),
    })
    .optional(),
  transition: z.enum(['triggered', 'cleared']).optional(),
  /** A `Trouble`; words that a newer service made pass as well. */
  trouble: Line.optional(),
  /** A stable word for what brought it about. A `cleared` without one clears every cause of the trouble. */
  cause: Line.optional(),
  /**
   * Where the cause is, if who noticed it knows that it is no connection's alone. Else who keeps incidents finds the
   * place: a refusal of Entra ID is the application's, an organisation that is away is away for all its connections.
   */
  place: Place.optional(),
  /** By which a `cleared` takes back a `triggered` of the same connection and trouble; the cause, where it is absent. */
  dedupKey: Line.optional(),
  /** When the trouble began, where that is before it was noticed. */
  since: Moment.optional(),
  /** Leads of this connection that wait because of it. */
  waiting: z.int32().nonnegative().optional(),
  /** Leads of this connection that are dead because of it. */
  dead: z.int32().nonnegative().optional(),
});
export type Alert = z.infer<typeof Alert>;

/** What a reader of before `trouble` was told takes an alert for. */
const KINDS: Record<Trouble, Alert['kind']> = {
  'connection-broken': 'connection-failing',
  'destination-away': 'connection-failing',
  'leads-refused': 'connection-warning',
  'connection-warning': 'connection-warning',
  'secret-expiring': 'secret-expiring',
  'secret-expired': 'secret-expiring',
  'mail-trouble': 'connection-warning',
  'records-undecodable': 'record-quarantined',
  'events-refused': 'record-quarantined',
  'posts-quarantined': 'record-quarantined',
  'fields-unknown': 'connection-warning',
};

/** What makes an alert; the rest of it follows. */
export type TroubleTold = Omit<Alert, 'kind' | 'trouble' | 'transition' | 'at'> & {
  at: Date;
  trouble: Trouble;
  transition: 'triggered' | 'cleared';
};

/** An alert in today's form, which readers of before understand as well as they can. */
export function alertOf({ at, ...told }: TroubleTold): Alert {
  const kind = told.transition === 'cleared' ? 'connection-restored' : KINDS[told.trouble];
  return { ...told, at: at.toISOString(), kind };
}

/**
 * How the lane of one connection stands at present, as the writer that holds it tells whenever something of it
 * changes, and now and then all the same. A state, not a fact: a report that is lost is made good by the next.
 *
 * A lane goes from one instance to another, and their reports may cross: one with `held: false` counts only where
 * its `instance` is the one that was last known to hold the lane.
 */
export const LaneReport = z.object({
  connectionId: z.uuid(),
  at: Moment,
  instance: z.string(),
  /** `false` when the instance has given the lane back, or has lost it; another takes it within seconds. */
  held: z.boolean(),
  /** Leads of customers that wait to be written; test leads are not counted. */
  pending: z.int32().nonnegative(),
  /** When the oldest of them was accepted. */
  oldestPendingAt: Moment.optional(),
  /** Requests to Dynamics that are under way. */
  inFlight: z.int32().nonnegative(),
  /** How many requests at a time the pace permits: now, or once a wait that is told below is over. */
  permitted: z.int32().nonnegative(),
  breaker: z.object({
    /** `open` while the connection is broken and its leads wait. */
    state: z.enum(['closed', 'open']),
    since: Moment.optional(),
    reason: Reason.optional(),
    /** When the connection is tried again by itself, if anything waits then; absent where that is at once. */
    nextProbeAt: Moment.optional(),
  }),
  /** Until when the organisation asked to be left alone; absent where it does not throttle. */
  throttledUntil: Moment.optional(),
});
export type LaneReport = z.infer<typeof LaneReport>;
