/** Trouble at a place, from the moment it is noticed to its end: one incident, however many connections it is felt at. */
import { z } from 'zod';
import { Moment } from './moment.ts';
import { Line, Lines } from './said.ts';

/** What can be the matter, the worst first of what one cause can do. */
export const Trouble = z.enum([
  /** Leads wait: signing in or writing does not work, and somebody has to do something. */
  'connection-broken',
  /** Leads wait: the organisation works for nobody, for some minutes already. */
  'destination-away',
  /** Leads die: the organisation refuses them for a cause that others will meet as well. */
  'leads-refused',
  /** Leads are written, but something of the connection needs a look. */
  'connection-warning',
  'secret-expiring',
  /** The last day of a secret is past, or Entra ID says so. */
  'secret-expired',
  /** Mails wait or are refused. */
  'mail-trouble',
  /** A service could not read a record. */
  'records-undecodable',
  /** A service could not publish an event, and has put it aside. */
  'events-refused',
  /** The gateway has put posts aside. */
  'posts-quarantined',
  /** Leads came with fields that are not known. */
  'fields-unknown',
]);
export type Trouble = z.infer<typeof Trouble>;

/**
 * Where trouble is. By scope, `id` is a connection's id, `<directory id>/<application id>` in lower case, an
 * organisation's origin, or of `system` a part of this system, which is for its operators to mend.
 */
export const Place = z.object({
  scope: z.enum(['connection', 'application', 'organization', 'system']),
  id: Line,
});
export type Place = z.infer<typeof Place>;

/** The `connectionId` of what is about no connection. */
export const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';

/** Open until a person takes it on (`acknowledged`), and either until its cause is gone or a person says so. */
export const IncidentState = z.enum(['open', 'acknowledged', 'resolved']);
export type IncidentState = z.infer<typeof IncidentState>;

/**
 * What happened to an incident. `opened` and `resolved` come once each, `reminded` at most once a day and never while
 * it is acknowledged: a mail for each of them is a mail nobody minds.
 *
 * The state is `resolved` the moment its cause is gone, told by `changed`; should it come back within the quiet time,
 * the same incident is open again, told by `changed` as well. Only when the quiet time has passed comes `resolved`,
 * the last of its transitions.
 */
export const IncidentTransition = z.enum(['opened', 'reminded', 'acknowledged', 'changed', 'resolved']);
export type IncidentTransition = z.infer<typeof IncidentTransition>;

/** An application that thousands of offers share is one cause all the same, and its event has an end. */
export const MOST_CONNECTIONS_NAMED = 1_000;

/** One incident after one of its transitions: all that is known of it at that moment. */
export const Incident = z.object({
  incidentId: z.uuid(),
  /** Counted from 1 with each transition: whoever keeps the newest keeps the highest. */
  version: z.int32().positive(),
  transition: IncidentTransition,
  /** Who made the transition: a person by name, or `itself`. */
  by: Line,
  at: Moment,
  /**
   * A {@link Trouble}; words that a newer service made pass as well. The worst that the cause does at present: it
   * changes where leads that died of the cause wait for it, and back.
   */
  kind: Line,
  /** A stable word for what brought it about, e.g. `AADSTS7000222`, `role-missing`, `unreachable`. */
  cause: Line,
  place: Place,
  state: IncidentState,
  /** When the trouble was first noticed. */
  since: Moment,
  /** When its cause was gone; only while resolved. */
  resolvedAt: Moment.optional(),
  /** The person who said that it is over; absent where it was over by itself. */
  resolvedBy: Line.optional(),
  /** Who has taken it on; from then to its end. */
  acknowledgedBy: Line.optional(),
  /**
   * The connections that have felt it, whether they still do or not, the first {@link MOST_CONNECTIONS_NAMED} of them;
   * none where it is the operators' alone. Mails, lists of leads and replays are about these.
   */
  connectionIds: z.array(z.uuid()),
  /** How many have felt it, where that is more than are named. */
  connections: z.int32().positive().optional(),
  /** Whose they are. Connections of two publishers never share an incident: neither sees or silences the other's. */
  publisherIds: z.array(z.string()),
  what: Lines,
  /** What to do; steps stand on lines of their own. */
  remedy: Lines,
  /** Leads that wait because of it, as far as it was told, over all its connections. */
  waiting: z.int32().nonnegative(),
  /** Leads that are dead because of it, likewise. */
  dead: z.int32().nonnegative(),
});
export type Incident = z.infer<typeof Incident>;
