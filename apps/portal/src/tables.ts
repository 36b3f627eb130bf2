/** The tables of the portal, as its migrations make them. */
import type {
  Authentication,
  ConnectionChanged,
  ContactState,
  Incident,
  IncidentState,
  IncidentTransition,
  LaneReport,
  MarketplaceLead,
  Reason,
  ValidationStep,
} from '@leads/contracts';
import type { LeadState, Role, TimelineEntry, Validation } from '@leads/contracts/portal-api';
import type { ServiceTables } from '@leads/service';
import type { AuditDetails } from './access/audit-log.ts';
import type { ColumnType, Generated } from 'kysely';

/** Read as a date, written as one or as ISO 8601. */
type At = ColumnType<Date, Date | string, Date | string>;
type OptionalAt = ColumnType<Date | null, Date | string | null, Date | string | null>;

/** Read as what it is, written as text: the driver would make an array of PostgreSQL's of one in JavaScript. */
type Json<T> = ColumnType<T, string, string>;
type OptionalJson<T> = ColumnType<T | null, string | null, string | null>;

export interface ConnectionsTable {
  connection_id: string;
  version: number;
  changed_at: At;
  publisher_id: string;
  publisher_name: string;
  offer_id: string;
  offer_title: string;
  /** The organisation's origin. */
  url: string;
  authentication: Authentication;
  contact_emails: string[];
  /** A `deleted` one stays, so that its publisher goes on seeing its leads. */
  state: ConnectionChanged['state'];
}

interface LeadsTable {
  lead_id: string;
  connection_id: string;
  /** That of the connection; `null` until the connection is known. */
  publisher_id: string | null;
  /** `null`: a placeholder, which is shown to nobody. */
  accepted_at: OptionalAt;
  received_at: OptionalAt;
  /** Whether an acceptance has told of it. */
  is_accepted: Generated<boolean>;
  is_test: boolean;
  offer_title: Generated<string>;
  name: Generated<string>;
  company: Generated<string>;
  email: Generated<string>;
  country: Generated<string>;
  action_code: Generated<string>;
  /** What a search looks in, folded. */
  search: string | null;
  state: Generated<LeadState>;
  attempts: Generated<number>;
  reason: OptionalJson<Reason>;
  /** When the outcome came about that decided state, attempts and reason. */
  outcome_at: OptionalAt;
  written_at: OptionalAt;
  crm_id: string | null;
  /** The organisation's origin. */
  organization: string | null;
  accepted_partition: number | null;
  accepted_told_at: OptionalAt;
  outcome_partition: number | null;
  outcome_told_at: OptionalAt;
}

interface LeadContentsTable {
  lead_id: string;
  lead: Json<MarketplaceLead>;
  original: string | null;
  /** Where `original` is only what was read of it: the body byte for byte. */
  original_bytes: Buffer | null;
}

export interface TimelineTable {
  lead_id: string;
  at: At;
  /** A migration widens the column's check where one is added. */
  kind: Exclude<TimelineEntry['kind'], 'received' | 'accepted' | 'held'>;
  /** The other fields of a `TimelineEntry`, but for links. */
  data: Json<Record<string, unknown>>;
  connection_id: string;
  is_test: boolean;
}

interface LanesTable {
  connection_id: string;
  at: At;
  instance: string;
  held: boolean;
  report: Json<LaneReport>;
}

interface IncidentTransitionsTable {
  incident_id: string;
  version: number;
  at: At;
  transition: IncidentTransition;
  state: IncidentState;
  by: string;
  what: string;
}

interface IncidentsTable {
  incident_id: string;
  version: number;
  /** A `Trouble`, or a newer service's word. */
  kind: string;
  cause: string;
  state: IncidentState;
  since: At;
  resolved_at: OptionalAt;
  connection_ids: string[];
  publisher_ids: string[];
  told: Json<Incident>;
}

export interface ValidationStepsTable {
  validation_id: string;
  connection_id: string;
  at: At;
  /** The check's. */
  name: string;
  status: ValidationStep['status'];
  took_ms: number;
  cause: string | null;
  remedy: string | null;
}

interface ValidationsTable {
  validation_id: string;
  connection_id: string;
  started_at: At;
  finished_at: OptionalAt;
  /** `null` until it has finished. */
  passed: boolean | null;
  /** As `foldSteps` has it: without its test lead. */
  folded: Json<Validation>;
}

interface TotalsTable {
  connection_id: string;
  accepted: Generated<number>;
  written: Generated<number>;
  dead: Generated<number>;
  last_lead_at: OptionalAt;
  /** Of those written, and of those that were dead, how many have gone because they were old. */
  written_gone: Generated<number>;
  removed: Generated<number>;
}

interface StatisticsTable {
  /** The nil id stands for all connections together. */
  connection_id: string;
  span: 'minute' | 'hour';
  starts_at: At;
  accepted: Generated<number>;
  written: Generated<number>;
  dead: Generated<number>;
}

interface LatenciesTable {
  connection_id: string;
  span: 'minute' | 'hour';
  starts_at: At;
  /** n: from 2^(n/8) up to 2^((n+1)/8) milliseconds. */
  class: number;
  leads: number;
}

/** The feed of live events; append with `publishChanges`, so that ids become visible in their order. */
interface ChangesTable {
  id: Generated<number>;
  /** Whom it is for besides operators; `null`: operators alone. */
  publisher_id: string | null;
  event: string;
  data: Json<unknown>;
  at: Generated<Date>;
}

interface PublishersTable {
  id: string;
  name: string;
  directory_id: string;
  /** For how many days it keeps leads; `null`: as the settings say. */
  lead_days: Generated<number | null>;
  /** Whose addresses count as its own; as `readMailDomain` writes them. */
  domains: Generated<string[]>;
  registered_at: Generated<Date>;
}

/** How one address, in lower case, stands at one publisher. */
interface ContactsTable {
  contact_id: string;
  version: number;
  publisher_id: string;
  address: string;
  state: ContactState;
  since: At;
  asked_at: OptionalAt;
}

interface PublisherRequestsTable {
  directory_id: string;
  id: string;
  name: string;
  state: 'waiting' | 'refused';
  asked_at: At;
  user_id: string;
  user_name: string;
  user_email: string;
  reason: string | null;
}

interface UsageTable {
  publisher_id: string;
  what: string;
  hour: Date;
  times: number;
}

interface SessionsTable {
  id: string;
  data: Json<unknown>;
  expires_at: At;
}

interface AuditTable {
  id: Generated<number>;
  at: Generated<Date>;
  who: string;
  role: Role | null;
  publisher_id: string | null;
  what: string;
  target: string | null;
  outcome: 'done' | 'refused';
  directory_id: string | null;
  user_id: string | null;
  details: Json<AuditDetails>;
  times: Generated<number>;
  /** Every publisher's to know, not one's. */
  concerns_all: Generated<boolean>;
}

interface AuditRepeatsTable {
  key: string;
  entry: Json<unknown>;
  ends_at: At;
  times: Generated<number>;
  leads: Generated<string>;
}

interface ReplaysTable {
  replay_id: string;
  /** Who asked acted for this publisher; `null` for an operator. */
  publisher_id: string | null;
  requested_by: string;
  requested_at: At;
}

interface ReplayLeadsTable {
  replay_id: string;
  lead_id: string;
  connection_id: string;
  /** The `outcome_at` with which the lead was dead when it was asked for. */
  died_at: Date | null;
}

export interface PortalTables extends ServiceTables {
  connections: ConnectionsTable;
  leads: LeadsTable;
  lead_contents: LeadContentsTable;
  timeline: TimelineTable;
  lanes: LanesTable;
  incident_transitions: IncidentTransitionsTable;
  incidents: IncidentsTable;
  validations: ValidationsTable;
  validation_steps: ValidationStepsTable;
  totals: TotalsTable;
  statistics: StatisticsTable;
  latencies: LatenciesTable;
  changes: ChangesTable;
  publishers: PublishersTable;
  contacts: ContactsTable;
  publisher_requests: PublisherRequestsTable;
  sessions: SessionsTable;
  usage: UsageTable;
  audit: AuditTable;
  audit_repeats: AuditRepeatsTable;
  replays: ReplaysTable;
  replay_leads: ReplayLeadsTable;
}
