/** The topic catalogue: each topic's name, schema, key and policy, typed once for who publishes and who consumes. */
import type { z } from 'zod';
import {
  Alert,
  ConnectionChanged,
  LaneReport,
  RetentionChosen,
  ValidationStep,
} from './connection-events.ts';
import { ContactAnswered, ContactChanged, PublisherDomains } from './contacts.ts';
import { Incident } from './incidents.ts';
import { LeadAccepted, LeadMailed, LeadOutcome, LeadRepeated, ReplayRequested } from './lead-events.ts';
import { SERVICES, type ServiceName } from './services.ts';
import { TokenIssued, TokenRequested } from './token-messages.ts';

/** How long a topic keeps its records: for a time in milliseconds, or the newest of each key for ever. */
export type Retention = { policy: 'delete'; ms: number } | { policy: 'compact' };

/** Which field of a value is its record's key. */
const KEY_FIELDS = {
  connection: 'connectionId',
  contact: 'contactId',
  incident: 'incidentId',
  lead: 'leadId',
  publisher: 'publisherId',
  requester: 'requester',
} as const;

type KeyFields = typeof KEY_FIELDS;

/** What the key of a topic's records is the id of; `nothing` where it only spreads them over the partitions. */
export type KeyedBy = keyof KeyFields | 'nothing';

/** One catalogue entry. */
export interface Topic<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  readonly keyedBy: KeyedBy;
  /** The record key of a value: what stays in order, and what compaction keeps one of. */
  readonly key: (value: z.infer<Schema>) => string;
  readonly partitions: number;
  readonly retention: Retention;
  /** Who publishes it, and nobody else: the broker's access rules are made of this. */
  readonly publishers: readonly ServiceName[];
  /** Who reads it, and nobody else. */
  readonly consumers: readonly ServiceName[];
  /**
   * Its records carry a signature of the service that publishes them, and without one are put aside: it decides where
   * data, tokens or mails go, or what is deleted or done again (docs/decisions/0016-records-that-decide-are-signed.md).
   */
  readonly isSigned: boolean;
}

/** The value that a topic carries. */
export type Carried<T extends Topic> = z.infer<T['schema']>;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Entry<Schema extends z.ZodType> = Omit<Topic<Schema>, 'keyedBy' | 'key'>;

/** An entry whose key is a field that its schema has. */
function topic<By extends keyof KeyFields, Schema extends z.ZodType<Record<KeyFields[By], string>>>(
  entry: Entry<Schema> & { keyedBy: By },
): Topic<Schema> {
  const field: KeyFields[By] = KEY_FIELDS[entry.keyedBy];
  return { ...entry, key: (value) => value[field] };
}

const tokensRequested: Topic<typeof TokenRequested> = {
  name: 'tokens.requested.v1',
  schema: TokenRequested,
  // Which credentials instance answers does not matter, so requests are spread by their own content.
  keyedBy: 'nothing',
  key: (value) => value.request.slice(-16),
  publishers: ['dynamics-writer'],
  consumers: ['credentials'],
  // Its value is a signed request, with who asks, for whom and when.
  isSigned: false,
  partitions: 6,
  retention: { policy: 'delete', ms: 5 * MINUTE },
};

export const topics = {
  connections: topic({
    name: 'connections.v1',
    schema: ConnectionChanged,
    keyedBy: 'connection',
    publishers: ['credentials'],
    consumers: ['ingest-gateway', 'credentials', 'dynamics-writer', 'notification', 'portal'],
    isSigned: true,
    partitions: 1,
    retention: { policy: 'compact' },
  }),
  leadsAccepted: topic({
    name: 'leads.accepted.v1',
    schema: LeadAccepted,
    keyedBy: 'connection',
    publishers: ['ingest-gateway'],
    consumers: ['dynamics-writer', 'portal'],
    isSigned: false,
    partitions: 12,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsOutcomes: topic({
    name: 'leads.outcomes.v1',
    schema: LeadOutcome,
    keyedBy: 'lead',
    publishers: ['dynamics-writer'],
    consumers: ['notification', 'portal'],
    isSigned: false,
    partitions: 12,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsRepeated: topic({
    name: 'leads.repeated.v1',
    schema: LeadRepeated,
    keyedBy: 'lead',
    publishers: ['ingest-gateway'],
    consumers: ['portal'],
    isSigned: false,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  leadsMailed: topic({
    name: 'leads.mailed.v1',
    schema: LeadMailed,
    keyedBy: 'lead',
    publishers: ['notification'],
    consumers: ['portal'],
    isSigned: false,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  lanes: topic({
    name: 'lanes.v1',
    schema: LaneReport,
    keyedBy: 'connection',
    publishers: ['dynamics-writer'],
    consumers: ['portal'],
    isSigned: false,
    partitions: 3,
    retention: { policy: 'compact' },
  }),
  retention: topic({
    name: 'retention.v1',
    schema: RetentionChosen,
    keyedBy: 'connection',
    publishers: ['portal'],
    consumers: ['ingest-gateway', 'dynamics-writer'],
    isSigned: true,
    partitions: 1,
    retention: { policy: 'compact' },
  }),
  publishers: topic({
    name: 'publishers.v1',
    schema: PublisherDomains,
    keyedBy: 'publisher',
    publishers: ['portal'],
    consumers: ['notification'],
    isSigned: true,
    partitions: 1,
    retention: { policy: 'compact' },
  }),
  contacts: topic({
    name: 'contacts.v1',
    schema: ContactChanged,
    keyedBy: 'contact',
    publishers: ['notification'],
    consumers: ['portal'],
    isSigned: false,
    partitions: 3,
    retention: { policy: 'compact' },
  }),
  contactsAnswered: topic({
    name: 'contacts.answered.v1',
    schema: ContactAnswered,
    keyedBy: 'contact',
    publishers: ['portal'],
    consumers: ['notification'],
    isSigned: true,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  replays: topic({
    name: 'replays.v1',
    schema: ReplayRequested,
    keyedBy: 'connection',
    publishers: ['portal'],
    consumers: ['dynamics-writer'],
    isSigned: true,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  validations: topic({
    name: 'validations.v1',
    schema: ValidationStep,
    keyedBy: 'connection',
    publishers: ['credentials', 'dynamics-writer'],
    consumers: ['credentials', 'dynamics-writer', 'portal'],
    isSigned: true,
    partitions: 3,
    retention: { policy: 'delete', ms: DAY },
  }),
  alerts: topic({
    name: 'alerts.v1',
    schema: Alert,
    keyedBy: 'connection',
    publishers: SERVICES,
    consumers: ['credentials'],
    isSigned: true,
    partitions: 3,
    retention: { policy: 'delete', ms: 14 * DAY },
  }),
  incidents: topic({
    name: 'incidents.v1',
    schema: Incident,
    keyedBy: 'incident',
    publishers: ['credentials'],
    consumers: ['notification', 'portal'],
    isSigned: true,
    partitions: 3,
    // Not compacted, although each record tells the whole: every transition is an entry of a timeline, and some are mails.
    retention: { policy: 'delete', ms: 90 * DAY },
  }),
  tokensRequested,
  tokensIssued: topic({
    name: 'tokens.issued.v1',
    schema: TokenIssued,
    keyedBy: 'requester',
    publishers: ['credentials'],
    consumers: ['dynamics-writer'],
    isSigned: true,
    partitions: 6,
    retention: { policy: 'delete', ms: 5 * MINUTE },
  }),
} as const;

/** Any entry of the catalogue. */
export type CatalogueTopic = (typeof topics)[keyof typeof topics];

/**
 * A broker removes records by whole segments, which may span a day, and looks for them now and then: a record is
 * surely gone this long after its retention, in milliseconds.
 */
const RETENTION_MARGIN = 2 * DAY;

/**
 * After how many milliseconds no record of any of these topics can be read again; `Infinity` where one of them keeps
 * records for ever. What was done about a record is to be remembered for so long: a replayed topic brings it up again.
 */
export function surelyGoneAfterMs(...of: readonly Topic[]): number {
  const kept = of.map(({ retention }) => (retention.policy === 'delete' ? retention.ms : Infinity));
  return RETENTION_MARGIN + Math.max(...kept);
}
