/** What happens to a lead on its way, as the services tell each other. */
import { z } from 'zod';
import { MarketplaceLead } from './marketplace-lead.ts';
import { Moment } from './moment.ts';
import { Line, Lines } from './said.ts';

/** Of what a person had a lead made, and who it was. */
export const LeadMade = z.object({
  /** A post that was put aside, a repeat that was a wish of its own, or a lead whose connection had been deleted. */
  from: z.enum(['kept-post', 'repeat', 'deleted-connection']),
  /** The id of the post or of the lead. */
  id: z.uuid(),
  by: Line,
  /** Of a repeat: when it came. */
  repeatAt: Moment.optional(),
});
export type LeadMade = z.infer<typeof LeadMade>;

/** A lead that the gateway has committed: from here on it is written, pending or dead, never gone. */
export const LeadAccepted = z.object({
  leadId: z.uuid(),
  connectionId: z.uuid(),
  /** When the gateway began to read the request; events of before this was told lack it. */
  receivedAt: Moment.optional(),
  acceptedAt: Moment,
  isTest: z.boolean(),
  lead: MarketplaceLead,
  /** The body as it was posted, for people to look at; of several leads in one body, this one's part of it. */
  original: z.string(),
  /** The body byte for byte, where `original` is not: it came packed, or in another encoding than UTF-8. */
  originalBytes: z.base64().optional(),
  /** Of the post: that of its sender's W3C trace, or one that the gateway made; events of before lack it. */
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  /** Absent where the marketplace's post became it by itself. */
  made: LeadMade.optional(),
});
export type LeadAccepted = z.infer<typeof LeadAccepted>;

/** The marketplace posted the same content again within the window: it was folded into this lead. */
export const LeadRepeated = z.object({
  /** The lead that the first post became. */
  leadId: z.uuid(),
  connectionId: z.uuid(),
  at: Moment,
});
export type LeadRepeated = z.infer<typeof LeadRepeated>;

const Outcome = z.object({
  leadId: z.uuid(),
  connectionId: z.uuid(),
  at: Moment,
  /** When the gateway began to read the request: the moment the customer acted, as near as it is known. */
  receivedAt: Moment.optional(),
  /** How many requests to Dynamics this lead has taken so far. */
  attempts: z.int32().nonnegative(),
  isTest: z.boolean(),
  lead: MarketplaceLead,
});

/** Why a lead is not in Dynamics yet, or never will be, in words for people. */
export const Reason = z.object({
  /** A stable word for the cause, e.g. `throttled`, `unreachable`, `role-missing`. */
  cause: Line,
  what: Lines,
  remedy: Lines,
});
export type Reason = z.infer<typeof Reason>;

/** The cause of leads that were ended with their connection: a person did that, and it is no trouble to tell of. */
export const CONNECTION_DELETED = 'connection-deleted';

/** The cause of leads that their connection has kept in the ledger alone: a person chose that. */
export const KEPT_IN_LEDGER = 'kept-in-ledger';

/** Whether a lead ended by what a person did or chose, and not by anything that is amiss. */
export function isEndedByPerson({ cause }: Pick<Reason, 'cause'>): boolean {
  return cause === CONNECTION_DELETED || cause === KEPT_IN_LEDGER;
}

export const LeadWritten = Outcome.extend({
  outcome: z.literal('written'),
  /** The lead record's id in Dynamics. */
  crmId: z.uuid(),
  /** The organisation's origin, e.g. `https://contoso.crm4.dynamics.com`. */
  organization: z.url(),
  /** The record was found there by a look: an earlier attempt had reached Dynamics. */
  foundThere: z.boolean().optional(),
});
export const LeadDeferred = Outcome.extend({
  outcome: z.literal('deferred'),
  reason: Reason,
  nextAttemptAt: Moment,
  /**
   * How many deferrals this tells of, where that is more than itself: the same cause is told at growing pauses, at most
   * an hour apart, and `attempts` may have risen by the time the next is told.
   */
  deferrals: z.int32().positive().optional(),
});
export const LeadDead = Outcome.extend({ outcome: z.literal('dead'), reason: Reason });

/** What became of a lead at the writer. */
export const LeadOutcome = z.discriminatedUnion('outcome', [LeadWritten, LeadDeferred, LeadDead]);
export type LeadOutcome = z.infer<typeof LeadOutcome>;

/** A lead's mail is settled: the mail server has taken it or refused it for every recipient, or nobody may get it yet. */
export const LeadMailed = z.object({
  leadId: z.uuid(),
  connectionId: z.uuid(),
  at: Moment,
  /** Of the lead: when the gateway began to read the request. */
  receivedAt: Moment.optional(),
  isTest: z.boolean(),
  /** Empty where the connection has no contacts, or all of them wait. */
  recipients: z.array(
    z.object({
      address: z.string(),
      result: z.enum(['sent', 'refused']),
      /** What the mail server said of a refusal. */
      reason: Line.optional(),
    }),
  ),
  /** For whom the mail is kept until they confirm; what became of it then is told once more, of each alone. */
  waiting: z.array(Line).min(1).optional(),
});
export type LeadMailed = z.infer<typeof LeadMailed>;

/** A person has dead leads delivered again: those that are named, or all of the connection. */
export const ReplayRequested = z.object({
  replayId: z.uuid(),
  connectionId: z.uuid(),
  /** Absent: every lead of the connection that is dead when the writer reads this. */
  leadIds: z.array(z.uuid()).min(1).max(10_000).optional(),
  /** Who asked, for people to read. */
  requestedBy: Line,
  at: Moment,
});
export type ReplayRequested = z.infer<typeof ReplayRequested>;
