/** The topic catalogue: each topic's name, schema, key and policy, typed once for who publishes and who consumes. */
import type { z } from 'zod';
import { Alert, ConnectionChanged, LaneReport, ValidationStep } from './connection-events.ts';
import { LeadAccepted, LeadMailed, LeadOutcome, LeadRepeated, ReplayRequested } from './lead-events.ts';
import { TokenIssued, TokenRequested } from './token-messages.ts';

/** How long a topic keeps its records: for a time in milliseconds, or the newest of each key for ever. */
export type Retention = { policy: 'delete'; ms: number } | { policy: 'compact' };

/** One catalogue entry. */
export interface Topic<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  /** The record key of a value: what stays in order, and what compaction keeps one of. */
  readonly key: (value: z.infer<Schema>) => string;
  readonly partitions: number;
  readonly retention: Retention;
}

/** The value that a topic carries. */
export type Carried<T extends Topic> = z.infer<T['schema']>;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function topic<Schema extends z.ZodType>(entry: Topic<Schema>): Topic<Schema> {
  return entry;
}

export const topics = {
  connections: topic({
    name: 'connections.v1',
    schema: ConnectionChanged,
    key: (value) => value.connectionId,
    partitions: 1,
    retention: { policy: 'compact' },
  }),
  leadsAccepted: topic({
    name: 'leads.accepted.v1',
    schema: LeadAccepted,
    key: (value) => value.connectionId,
    partitions: 12,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsOutcomes: topic({
    name: 'leads.outcomes.v1',
    schema: LeadOutcome,
    key: (value) => value.leadId,
    partitions: 12,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsRepeated: topic({
    name: 'leads.repeated.v1',
    schema: LeadRepeated,
    key: (value) => value.leadId,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsMailed: topic({
    name: 'leads.mailed.v1',
    schema: LeadMailed,
    key: (value) => value.leadId,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  lanes: topic({
    name: 'lanes.v1',
    schema: LaneReport,
    key: (value) => value.connectionId,
    partitions: 3,
    retention: { policy: 'compact' },
  }),
  replays: topic({
    name: 'replays.v1',
    schema: ReplayRequested,
    key: (value) => value.connectionId,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  validations: topic({
    name: 'validations.v1',
    schema: ValidationStep,
    key: (value) => value.connectionId,
    partitions: 3,
    retention: { policy: 'delete', ms: DAY },
  }),
  alerts: topic({
    name: 'alerts.v1',
    schema: Alert,
    key: (value) => value.connectionId,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  tokensRequested: topic({
    name: 'tokens.requested.v1',
    schema: TokenRequested,
    // Which credentials instance answers does not matter, so requests are spread by their own content.
    key: (value) => value.request.slice(-16),
    partitions: 6,
    retention: { policy: 'delete', ms: 5 * MINUTE },
  }),
  tokensIssued: topic({
    name: 'tokens.issued.v1',
    schema: TokenIssued,
    key: (value) => value.requester,
    partitions: 6,
    retention: { policy: 'delete', ms: 5 * MINUTE },
  }),
} as const;

/** Any entry of the catalogue. */
export type CatalogueTopic = (typeof topics)[keyof typeof topics];
