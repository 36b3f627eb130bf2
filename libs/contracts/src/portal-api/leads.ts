/** Leads: a list and its filter, one with its timeline. */
import { z } from 'zod';
import { Moment } from '../moment.ts';
import { LeadMade, Reason } from '../lead-events.ts';
import { MarketplaceLead } from '../marketplace-lead.ts';
import { At } from './at.ts';
import { PublisherFacts } from './publishers.ts';

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
    /** The record in Dynamics, for people to open, where it is in the connection's organization. */
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
  from: Moment.optional(),
  /** Accepted before. */
  to: Moment.optional(),
  /** Those that wait, or are dead, because of it. */
  incidentId: z.uuid().optional(),
  /** `true`: test leads only; left out: customers' leads only; `all`: both. */
  tests: z.enum(['true', 'all']).optional(),
  /** `true`: those alone that ended with their connection, and that nobody has rescued yet. */
  rescuable: z.literal('true').optional(),
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
  /** A person had it made: of a post that was put aside, a repeat, or a lead whose connection had been deleted. */
  z.object({ kind: z.literal('made'), at: At, ...LeadMade.shape }),
  /** The marketplace posted the same content again; it was folded into this lead. */
  z.object({
    kind: z.literal('repeated'),
    at: At,
    /** The lead that a person had made of it. */
    madeLeadId: z.uuid().optional(),
  }),
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
    crmUrl: z.url().optional(),
    /** It was there already: an earlier attempt had reached Dynamics. */
    foundThere: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('mailed'),
    at: At,
    recipients: z.array(
      z.object({ address: z.string(), result: z.enum(['sent', 'refused']), reason: z.string().optional() }),
    ),
    /** For whom the mail is kept until they confirm that they want it. */
    waiting: z.array(z.string()).optional(),
  }),
]);
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** `GET /api/leads/{leadId}`. */
export const LeadDetail = LeadSummary.extend({
  lead: MarketplaceLead,
  /** The body as the marketplace posted it. */
  original: z.string(),
  /** That body byte for byte, in base64, where it came packed or in another encoding than UTF-8. */
  originalBytes: z.base64().optional(),
  /** The newest 100 entries or a few more, oldest first. */
  timeline: z.array(TimelineEntry),
  /** Sent as `before` to `GET /api/leads/{leadId}/timeline`, it gives those before; absent where there are none. */
  earlier: At.optional(),
  /** The incident because of which it waits or is dead. */
  incidentId: z.uuid().optional(),
  /** The lead that an operator had made of it, since its connection was deleted. */
  rescuedAs: z.uuid().optional(),
  /** Fields of the posted body that the marketplace has not published: names and kinds of values. */
  unknownFields: z.array(z.object({ name: z.string(), kind: z.string() })).optional(),
}).meta({ id: 'LeadDetail' });
export type LeadDetail = z.infer<typeof LeadDetail>;

/** `POST /api/leads/{leadId}/second-wish`: a repeat that was folded into the lead was a wish of its own. */
export const SecondRequest = z.strictObject({
  /** When that repeat came, as the timeline says. */
  repeatAt: Moment,
});
export type SecondRequest = z.infer<typeof SecondRequest>;

/** `POST /api/leads/{leadId}/rescue`: what ended with its connection goes to another one of the same publisher. */
export const LeadRescue = z.strictObject({ connectionId: z.guid().toLowerCase() });
export type LeadRescue = z.infer<typeof LeadRescue>;

/** `GET /api/leads/{leadId}/timeline`: entries before a time, oldest first. */
export const TimelinePage = LeadDetail.pick({ timeline: true, earlier: true }).meta({ id: 'TimelinePage' });
export type TimelinePage = z.infer<typeof TimelinePage>;
