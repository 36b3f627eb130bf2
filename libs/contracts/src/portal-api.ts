/**
 * What crosses between the portal and its console, and everything else that uses the portal's API: one schema a shape.
 *
 * Times are ISO 8601 in UTC, ids are UUIDs. Errors are application/problem+json (RFC 9457) with `title`, `detail` and,
 * where fields are at fault, `errors: [{pointer, detail}]`.
 */
import { z } from 'zod';
import { AskedTime } from './asked-time.ts';
import { Authentication } from './connection-events.ts';
import { Incident, IncidentState, IncidentTransition } from './incidents.ts';
import { Reason } from './lead-events.ts';
import { MarketplaceLead } from './marketplace-lead.ts';

const At = z.iso.datetime();

/** `operator` sees every publisher; `owner` may change what is their publisher's, `reader` may only look. */
export const Role = z.enum(['operator', 'owner', 'reader']);
export type Role = z.infer<typeof Role>;

export const PublisherFacts = z.object({ id: z.string(), name: z.string() }).meta({ id: 'PublisherFacts' });
export type PublisherFacts = z.infer<typeof PublisherFacts>;

/** How far the registration of a directory's publisher is: an operator decides. */
export const RegistrationState = PublisherFacts.extend({
  state: z.enum(['waiting', 'refused']),
  askedAt: At,
  /** Why it was refused. */
  reason: z.string().optional(),
}).meta({ id: 'RegistrationState' });
export type RegistrationState = z.infer<typeof RegistrationState>;

/** `GET /api/session`: who is signed in. 401 where nobody is. */
export const Session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    /** Absent: signed in, and nobody has given them a role. */
    role: Role.optional(),
    /** The directory that they signed in with. */
    directoryId: z.string(),
    /** Absent for an operator, and for an owner whose directory has not been registered as a publisher yet. */
    publisher: PublisherFacts.optional(),
    /** What was asked for, where there is no publisher yet. */
    registration: RegistrationState.optional(),
    /** To be sent as `X-CSRF-Token` with whatever is not a GET. */
    csrfToken: z.string(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/**
 * Signing in is a walk of the browser: `GET /sign-in?return=/path` leads to Microsoft Entra ID, from there to
 * `/auth/callback` and on to the path. Where it ends badly, it ends on the console's page
 * `/signed-out?problem=<code>&return=/path`. `POST /sign-out` (with the CSRF token, answered 204) ends the session here;
 * the person stays signed in at Microsoft.
 *
 * - `cancelled`: the person closed Microsoft's page without signing in.
 * - `denied`: Entra ID refused them, e.g. by Conditional Access or because nobody is assigned the application.
 * - `consent-needed`: an administrator of their directory has to consent to the application first.
 * - `expired`: it took longer than ten minutes, or the address was opened a second time or in another browser.
 * - `unreachable`: Entra ID did not answer, or asked to be left alone.
 * - `not-configured`: Entra ID does not know this application, its secret or its redirect address.
 * - `not-verified`: what came back failed a check (signature, issuer, audience, nonce or time).
 */
export const SignInProblem = z.enum([
  'cancelled',
  'denied',
  'consent-needed',
  'expired',
  'unreachable',
  'not-configured',
  'not-verified',
]);
export type SignInProblem = z.infer<typeof SignInProblem>;

/** `GET /api/connections/{connectionId}/lead-address`, for owners and operators; the only answer that has it. */
export const LeadAddress = z.object({ leadAddress: z.url() }).meta({ id: 'LeadAddress' });
export type LeadAddress = z.infer<typeof LeadAddress>;

/**
 * `POST /api/publisher` (202): an owner of a directory that is nobody's yet asks to be this publisher; and what an
 * operator has read of that and approves (`POST /api/publisher-requests/{directoryId}/approve`).
 */
export const PublisherRegistration = z
  .strictObject({
    /** As in Partner Center: letters, digits, hyphens and underscores. */
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/i, 'Letters, digits, hyphens and underscores, at most 50.'),
    name: z.string().trim().min(1, 'Enter the name of the publisher.').max(200),
  })
  .meta({ id: 'PublisherRegistration' });
export type PublisherRegistration = z.infer<typeof PublisherRegistration>;

/** Somebody who asks to be a publisher. */
export const PublisherRequest = PublisherFacts.extend({
  directoryId: z.string(),
  askedAt: At,
  askedBy: z.object({ id: z.string(), name: z.string(), email: z.string() }),
}).meta({ id: 'PublisherRequest' });
export type PublisherRequest = z.infer<typeof PublisherRequest>;

/** `GET /api/publisher-requests`: those that wait, the oldest first. */
export const PublisherRequests = z
  .object({ requests: z.array(PublisherRequest) })
  .meta({ id: 'PublisherRequests' });
export type PublisherRequests = z.infer<typeof PublisherRequests>;

/** `POST /api/publisher-requests/{directoryId}/refuse`: why, for its people to read. */
export const PublisherRefusal = z
  .strictObject({ reason: z.string().trim().min(1, 'Say why.').max(500) })
  .meta({ id: 'PublisherRefusal' });
export type PublisherRefusal = z.infer<typeof PublisherRefusal>;

/** What is limited: a number of connections, and the others by the hour. */
export const LimitedUse = z.enum(['connections', 'saves', 'validates', 'searches', 'exports', 'replays']);
export type LimitedUse = z.infer<typeof LimitedUse>;

/** `GET /api/usage`: what publishers have used this hour of what they may. */
export const Usage = z
  .object({
    limits: z.record(LimitedUse, z.int().positive()),
    publishers: z.array(
      z.object({
        publisher: PublisherFacts,
        /** What is not there has not been used. */
        used: z.partialRecord(LimitedUse, z.int().nonnegative()),
      }),
    ),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof Usage>;

/** accepted = written + pending + dead + removed; test leads are in none of them. */
export const Counts = z.object({
  accepted: z.int().nonnegative(),
  written: z.int().nonnegative(),
  pending: z.int().nonnegative(),
  dead: z.int().nonnegative(),
  /** Dead ones that have gone because they were old; absent where none has. */
  removed: z.int().positive().optional(),
});
export type Counts = z.infer<typeof Counts>;

/** How an offer's lead destination is: `failing` while its lane is broken, `throttled` while it waits as it was told. */
export const OfferHealth = z.enum(['draft', 'healthy', 'warning', 'throttled', 'failing', 'paused']);
export type OfferHealth = z.infer<typeof OfferHealth>;

/** What is the matter: what happened, what to do, since when, and as part of which incident. */
export const Problem = Reason.extend({
  since: At,
  incidentId: z.uuid().optional(),
  /** Of an incident: a `Trouble`, or a word that a newer service made. */
  kind: z.string().optional(),
  /** Customers' leads of this connection that wait because of the incident, or are dead because of it, by now. */
  leads: z.object({ waiting: z.int().nonnegative(), dead: z.int().nonnegative() }).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** One offer with its lead destination: `GET /api/offers`, `GET /api/offers/{connectionId}`. */
export const Offer = z
  .object({
    connectionId: z.uuid(),
    publisher: PublisherFacts,
    offer: z.object({ id: z.string(), title: z.string() }),
    leadDestination: z.literal('dynamics-365'),
    url: z.url(),
    authentication: Authentication,
    contactEmails: z.array(z.string()),
    state: z.enum(['draft', 'published', 'paused']),
    version: z.int().positive(),
    changedAt: At,
    health: OfferHealth,
    /** What is the matter where health is `failing` or `warning`: the worst of it. */
    problem: Problem.optional(),
    counts: Counts,
    lastLeadAt: At.optional(),
    /** The newest Validate that has ended. */
    lastValidation: z.object({ at: At, passed: z.boolean() }).optional(),
  })
  .meta({ id: 'Offer' });
export type Offer = z.infer<typeof Offer>;
export const Offers = z.object({ offers: z.array(Offer) }).meta({ id: 'Offers' });
export type Offers = z.infer<typeof Offers>;

export const LeadState = z.enum(['pending', 'written', 'dead']);
export type LeadState = z.infer<typeof LeadState>;

/** A lead as a list shows it. */
export const LeadSummary = z
  .object({
    leadId: z.uuid(),
    connectionId: z.uuid(),
    publisher: PublisherFacts,
    /** The offer as the lead names it. */
    offerTitle: z.string(),
    name: z.string(),
    company: z.string(),
    email: z.string(),
    country: z.string(),
    actionCode: z.string(),
    state: LeadState,
    acceptedAt: At,
    writtenAt: At.optional(),
    isTest: z.boolean(),
    attempts: z.int().nonnegative(),
    /** Why it is not written, where the writer has said. */
    reason: Reason.optional(),
    /** Of one that is pending: what its whole connection waits for, an incident or a person who has paused it. */
    waitsFor: Reason.extend({ incidentId: z.uuid().optional() }).optional(),
    /** The record in Dynamics, for people to open. */
    crmUrl: z.url().optional(),
  })
  .meta({ id: 'LeadSummary' });
export type LeadSummary = z.infer<typeof LeadSummary>;

/**
 * The filter of `GET /api/leads`, `GET /api/leads.csv` and of a replay, as query parameters. `search` finds parts of
 * name, company and e-mail, whatever their case.
 */
export const LeadFilter = z.strictObject({
  search: z.string().trim().max(200).optional(),
  connectionId: z.uuid().optional(),
  state: LeadState.optional(),
  /** Accepted at or after. */
  from: AskedTime.optional(),
  /** Accepted before. */
  to: AskedTime.optional(),
  /** Those that wait, or are dead, because of it. */
  incidentId: z.uuid().optional(),
  /** `true`: test leads only; left out: customers' leads only; `all`: both. */
  tests: z.enum(['true', 'all']).optional(),
});
export type LeadFilter = z.infer<typeof LeadFilter>;

/** `GET /api/leads`: newest first, `limit` (1 to 200, 50 without) at a time. */
export const LeadPage = z
  .object({
    leads: z.array(LeadSummary),
    /** Sent back as `cursor`, it gives the next page; absent on the last. */
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'LeadPage' });
export type LeadPage = z.infer<typeof LeadPage>;

/** One entry of a lead's timeline, oldest first. */
export const TimelineEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('received'), at: At }),
  z.object({ kind: z.literal('accepted'), at: At }),
  /** The marketplace posted the same content again; it was folded into this lead. */
  z.object({ kind: z.literal('repeated'), at: At }),
  z.object({
    kind: z.literal('deferred'),
    at: At,
    attempts: z.int().nonnegative(),
    reason: Reason,
    nextAttemptAt: At,
    /** So often since the entry before, where that is more than once. */
    deferrals: z.int().positive().optional(),
  }),
  /** It waited because of an incident, up to `until` or still. */
  z.object({
    kind: z.literal('held'),
    at: At,
    until: At.optional(),
    incidentId: z.uuid(),
    reason: Reason,
  }),
  z.object({ kind: z.literal('dead'), at: At, attempts: z.int().nonnegative(), reason: Reason }),
  z.object({ kind: z.literal('replayed'), at: At, by: z.string().optional() }),
  z.object({
    kind: z.literal('written'),
    at: At,
    attempts: z.int().nonnegative(),
    crmId: z.uuid(),
    crmUrl: z.url(),
    /** It was there already: an earlier attempt had reached Dynamics. */
    foundThere: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('mailed'),
    at: At,
    recipients: z.array(
      z.object({ address: z.string(), result: z.enum(['sent', 'refused']), reason: z.string().optional() }),
    ),
  }),
]);
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** `GET /api/leads/{leadId}`. */
export const LeadDetail = LeadSummary.extend({
  lead: MarketplaceLead,
  /** The body as the marketplace posted it. */
  original: z.string(),
  /** The newest 100 entries or a few more, oldest first. */
  timeline: z.array(TimelineEntry),
  /** Sent as `before` to `GET /api/leads/{leadId}/timeline`, it gives those before; absent where there are none. */
  earlier: At.optional(),
  /** The incident because of which it waits or is dead. */
  incidentId: z.uuid().optional(),
}).meta({ id: 'LeadDetail' });
export type LeadDetail = z.infer<typeof LeadDetail>;

/** `GET /api/leads/{leadId}/timeline`: entries before a time, oldest first. */
export const TimelinePage = LeadDetail.pick({ timeline: true, earlier: true }).meta({ id: 'TimelinePage' });
export type TimelinePage = z.infer<typeof TimelinePage>;

/** `POST /api/replays`: dead leads that are named, or all dead ones that a filter shows. */
export const ReplayOrder = z
  .strictObject({
    leadIds: z.array(z.uuid()).min(1).max(10_000).optional(),
    filter: LeadFilter.optional(),
  })
  .meta({ id: 'ReplayOrder' });
export type ReplayOrder = z.infer<typeof ReplayOrder>;

/** `POST /api/replays` (202), `GET /api/replays/{replayId}`: total = waiting + written + dead. */
export const Replay = z
  .object({
    replayId: z.uuid(),
    requestedAt: At,
    requestedBy: z.string(),
    total: z.int().nonnegative(),
    /** Asked for, and neither written nor dead again yet. */
    waiting: z.int().nonnegative(),
    written: z.int().nonnegative(),
    dead: z.int().nonnegative(),
  })
  .meta({ id: 'Replay' });
export type Replay = z.infer<typeof Replay>;

/** One check of a Validate as far as it has come. */
export const Check = z.object({
  check: z.string(),
  status: z.enum(['running', 'passed', 'warning', 'failed']),
  startedAt: At,
  tookMs: z.number().nonnegative().optional(),
  cause: z.string().optional(),
  remedy: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

/** `GET /api/offers/{connectionId}/validation` (the newest) and `…/validations/{validationId}`. */
export const Validation = z
  .object({
    validationId: z.uuid(),
    connectionId: z.uuid(),
    startedAt: At,
    finishedAt: At.optional(),
    /** Present once it has finished. */
    passed: z.boolean().optional(),
    checks: z.array(Check),
    /** The test lead in Dynamics, once it is there. */
    testLead: z.object({ leadId: z.uuid(), crmUrl: z.url() }).optional(),
  })
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof Validation>;

/** How one connection's lane is, for operators: `GET /api/lanes`. */
export const Lane = z.object({
  connectionId: z.uuid(),
  publisher: PublisherFacts,
  offer: z.object({ id: z.string(), title: z.string() }),
  url: z.url(),
  state: z.enum(['draft', 'published', 'paused']),
  counts: Counts,
  oldestPendingAt: At.optional(),
  /** The writer that holds it; absent while none does. */
  instance: z.string().optional(),
  inFlight: z.int().nonnegative(),
  permitted: z.int().nonnegative(),
  breaker: z.object({
    state: z.enum(['closed', 'open']),
    since: At.optional(),
    reason: Reason.optional(),
    nextProbeAt: At.optional(),
  }),
  throttledUntil: At.optional(),
  /** The worst incident that it has and that is not resolved. */
  incident: Problem.optional(),
  /** When its writer told this; absent where none has yet. */
  reportedAt: At.optional(),
});
export type Lane = z.infer<typeof Lane>;

/** `GET /api/lanes`: `balanced` says whether accepted = written + pending + dead + removed. */
export const Lanes = z
  .object({
    lanes: z.array(Lane),
    totals: Counts.extend({ balanced: z.boolean() }),
  })
  .meta({ id: 'Lanes' });
export type Lanes = z.infer<typeof Lanes>;

/**
 * An incident as people look at it: `POST /api/incidents/{id}/acknowledge`, `…/resolve` answer it as well.
 *
 * Its `waiting` and `dead` are what was told with its last transition; `leads` is how it is now.
 */
export const IncidentView = Incident.extend({
  /** Where it is felt, as far as who asks may see. */
  offers: z.array(z.object({ connectionId: z.uuid(), title: z.string(), publisher: PublisherFacts })),
  /** Customers' leads that wait, or are dead, because of it; the filter `incidentId` shows them. */
  leads: z.object({ waiting: z.int().nonnegative(), dead: z.int().nonnegative() }),
}).meta({ id: 'Incident' });
export type IncidentView = z.infer<typeof IncidentView>;

/** `GET /api/incidents`: those that are open first, then by when they began, the newest first; 200 at most. */
export const Incidents = z
  .object({
    incidents: z.array(IncidentView),
    /** How many are open, and so nobody's yet. */
    open: z.int().nonnegative(),
  })
  .meta({ id: 'Incidents' });
export type Incidents = z.infer<typeof Incidents>;

/** `GET /api/incidents/{id}`. */
export const IncidentDetail = IncidentView.extend({
  /** Oldest first; what only counts anew is left out. */
  timeline: z.array(
    z.object({
      at: At,
      transition: IncidentTransition,
      /** Where the transition led to. */
      state: IncidentState,
      by: z.string(),
      what: z.string(),
    }),
  ),
}).meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

/** `GET /api/statistics?span=hour|week[&connectionId=…]`: minutes of the last hour, or hours of the last week. */
export const Statistics = z
  .object({
    span: z.enum(['hour', 'week']),
    bucketSeconds: z.int().positive(),
    buckets: z.array(
      z.object({
        from: At,
        accepted: z.int().nonnegative(),
        written: z.int().nonnegative(),
        dead: z.int().nonnegative(),
        /** From accepted to written, of those written in this bucket, in milliseconds. */
        p50Ms: z.number().nonnegative().optional(),
        p95Ms: z.number().nonnegative().optional(),
      }),
    ),
  })
  .meta({ id: 'Statistics' });
export type Statistics = z.infer<typeof Statistics>;

/** `GET /api/audit`: who looked at or changed what, newest first, paged by `cursor`. */
export const AuditPage = z
  .object({
    entries: z.array(
      z.object({
        at: At,
        who: z.string(),
        role: Role.optional(),
        publisherId: z.string().optional(),
        /** A verb and its object in words, e.g. `opened the lead`, `changed the connection`. */
        what: z.string(),
        /** The id of what it was done to. */
        target: z.string().optional(),
        outcome: z.enum(['done', 'refused']),
        /** Who it was, for good: names and addresses change. Absent in entries from before both were kept. */
        directoryId: z.string().optional(),
        userId: z.string().optional(),
        /** How often within a while, where one entry stands for several. */
        times: z.int().positive().optional(),
        /** What was asked for, of lists, exports and replays. */
        filter: z.record(z.string(), z.string()).optional(),
        /** How many leads that showed or chose. */
        leads: z.int().nonnegative().optional(),
        /** Why, in the words of who did it. */
        reason: z.string().optional(),
      }),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;

/** One thing that is kept for a time. */
export const KeptStore = z.object({
  what: z.string(),
  /** For so many days; absent where `until` says it. */
  days: z.number().nonnegative().optional(),
  /** From when on these are counted. */
  since: z.string().optional(),
  /** Until something happens, whatever its age. */
  until: z.string().optional(),
  /** By whom it is set; `system`: it follows from what has to be known again. */
  setBy: z.enum(['publisher', 'operator', 'system']),
  /** The setting of the services that says so; where a publisher sets it, for those who did not. */
  setting: z.string().optional(),
});
export type KeptStore = z.infer<typeof KeptStore>;

/** `GET /api/retention`: how long what is kept; also answered to `PUT`. */
export const RetentionView = z
  .object({
    /** In days after a lead was written or died. */
    leads: z.object({
      days: z.int().positive(),
      /** What the publisher of who asks chose; absent where it chose nothing, and for operators. */
      chosen: z.int().positive().optional(),
      /** Without a choice. */
      usual: z.int().positive(),
      /** The bounds of a choice. */
      least: z.int().positive(),
      most: z.int().positive(),
    }),
    kept: z.array(KeptStore),
  })
  .meta({ id: 'Retention' });
export type RetentionView = z.infer<typeof RetentionView>;

/** `PUT /api/retention`, for owners. What is older goes within minutes, for good. */
export const RetentionChoice = z
  .strictObject({
    /** `null`: as the operators have set it. */
    days: z.int('Enter a whole number of days.').positive('Enter a whole number of days.').nullable(),
  })
  .meta({ id: 'RetentionChoice' });
export type RetentionChoice = z.infer<typeof RetentionChoice>;

/**
 * `GET /api/events` (server-sent events): what changed, by the event's name, with an id that a reconnect sends back as
 * `Last-Event-ID` and so misses nothing. The data of `reload` is empty: too much happened since, read everything anew.
 */
export const LiveEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('lead'), data: LeadSummary }),
  z.object({ event: z.literal('offer'), data: z.object({ connectionId: z.uuid() }) }),
  z.object({ event: z.literal('validation'), data: Validation }),
  z.object({ event: z.literal('lane'), data: z.object({ connectionId: z.uuid() }) }),
  z.object({ event: z.literal('incident'), data: z.object({ incidentId: z.uuid() }) }),
  z.object({ event: z.literal('reload'), data: z.object({}) }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
