/** A connection: where one offer's leads go. What services may know of it, never what opens it. */
import { z } from 'zod';
import { Reason } from './lead-events.ts';

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

/** What a custom column can be filled with: a field, or what else is known of the lead. */
export const LeadFact = z.enum([
  ...LeadField.options,
  'leadSource',
  'actionCode',
  'source',
  'action',
  'offer',
  'description',
  'leadId',
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

/** Public facts of one connection at one version. A consumer ignores a version not above the one it has. */
export const ConnectionChanged = z.object({
  connectionId: z.uuid(),
  version: z.int().positive(),
  changedAt: z.iso.datetime(),
  publisher: z.object({ id: z.string(), name: z.string() }),
  offer: z.object({ id: z.string(), title: z.string() }),
  leadDestination: z.literal('dynamics-365'),
  /** The organisation's origin, e.g. `https://contoso.crm4.dynamics.com`. */
  url: z.url(),
  authentication: Authentication,
  contactEmails: z.array(z.email()),
  /** `draft` until published; a `deleted` connection stays as a tombstone. */
  state: z.enum(['draft', 'published', 'paused', 'deleted']),
  /** SHA-256 of the gateway address key, lower-case hex: enough to recognise a key, not to make one. */
  addressKeyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Raised by one whenever the secret is replaced, so that a token got with an older one is dropped. */
  secretVersion: z.int().positive(),
  mapping: Mapping.optional(),
});
export type ConnectionChanged = z.infer<typeof ConnectionChanged>;

/** A check of a running Validate, as it happens. */
export const ValidationStep = z.object({
  validationId: z.uuid(),
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  check: z.string(),
  status: z.enum(['started', 'passed', 'warning', 'failed', 'finished']),
  tookMs: z.number().nonnegative(),
  cause: z.string().optional(),
  remedy: z.string().optional(),
});
export type ValidationStep = z.infer<typeof ValidationStep>;

/** Something a publisher's contacts should know of. */
export const Alert = z.object({
  alertId: z.uuid(),
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  kind: z.enum([
    'connection-failing',
    'connection-restored',
    'connection-warning',
    'secret-expiring',
    'record-quarantined',
  ]),
  what: z.string(),
  remedy: z.string(),
  /** Of `secret-expiring`: the secret that the words are about. */
  secret: z
    .object({
      kind: z.enum(['client-secret', 'certificate', 'password']),
      /** The last day on which it works. */
      expiresOn: z.iso.date().optional(),
    })
    .optional(),
});
export type Alert = z.infer<typeof Alert>;

/**
 * How the lane of one connection stands at present, as the writer that holds it tells whenever something of it
 * changes, and now and then all the same. A state, not a fact: a report that is lost is made good by the next.
 *
 * A lane goes from one instance to another, and their reports may cross: one with `held: false` counts only where
 * its `instance` is the one that was last known to hold the lane.
 */
export const LaneReport = z.object({
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  instance: z.string(),
  /** `false` when the instance has given the lane back, or has lost it; another takes it within seconds. */
  held: z.boolean(),
  /** Leads of customers that wait to be written; test leads are not counted. */
  pending: z.int().nonnegative(),
  /** When the oldest of them was accepted. */
  oldestPendingAt: z.iso.datetime().optional(),
  /** Requests to Dynamics that are under way. */
  inFlight: z.int().nonnegative(),
  /** How many requests at a time the pace permits: now, or once a wait that is told below is over. */
  permitted: z.int().nonnegative(),
  breaker: z.object({
    /** `open` while the connection is broken and its leads wait. */
    state: z.enum(['closed', 'open']),
    since: z.iso.datetime().optional(),
    reason: Reason.optional(),
    /** When the connection is tried again by itself, if anything waits then; absent where that is at once. */
    nextProbeAt: z.iso.datetime().optional(),
  }),
  /** Until when the organisation asked to be left alone; absent where it does not throttle. */
  throttledUntil: z.iso.datetime().optional(),
});
export type LaneReport = z.infer<typeof LaneReport>;
