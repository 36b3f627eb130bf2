/** The tables of the schema `credentials`, as kysely types them. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Incident } from '@leads/contracts';
import type { ServiceTables } from '@leads/service';
import type { ConnectionFacts } from './connection-facts.ts';
import type { Signal } from './incidents/signal.ts';
import type { RefusalKind } from './tokens/entra-numbers.ts';

type Facts = JSONColumnType<ConnectionFacts>;

interface ConnectionsTable {
  id: string;
  version: number;
  facts: Facts;
  address_key_hash: string | null;
  changed_at: Date;
  changed_by: string;
}

interface ConnectionVersionsTable {
  connection_id: string;
  version: number;
  facts: Facts;
  changed_at: Date;
  changed_by: string;
  /** What was done, e.g. `created`, `published`. */
  change: string;
}

interface SecretsTable {
  connection_id: string;
  purpose: string;
  version: number;
  sealed: Buffer;
  wrapped_key: Buffer;
  master_key_id: string;
  set_at: Date;
}

interface MasterKeysTable {
  id: string;
  key_check: Buffer;
  created_at: Generated<Date>;
}

interface RefusalsTable {
  connection_id: string;
  /** Which credential was refused, see `credentialOf`. */
  credential: string;
  connection_version: number;
  cause: string;
  refusal_kind: RefusalKind;
  what: string;
  remedy: string;
  /** Whether it is told as one that passes. */
  passing: boolean;
  /** How often in a row it came. */
  times: number;
  /** The cause that was last told as trouble, until it is told as over. */
  told_cause: string | null;
  refused_at: Date;
  ask_again_at: Date | null;
}

interface ExpiryAlertsTable {
  connection_id: string;
  secret_version: number;
  expires_on: string;
  days_before: number;
  alerted_at: Date;
}

interface IncidentSignalsTable {
  connection_id: string;
  trouble: string;
  same_as: string;
  incident_key: string;
  stands: boolean;
  signal: JSONColumnType<Signal>;
  changed_at: Date;
}

interface IncidentsTable {
  incident_id: string;
  incident_key: string;
  incident: JSONColumnType<Incident>;
  told_at: Date;
  changed_at: Date;
  ended_at: Date | null;
}

interface FailedValidationsTable {
  validation_id: string;
  failed_at: Date;
}

interface AuditTable {
  id: Generated<number>;
  at: Date;
  who: string;
  what: string;
  connection_id: string | null;
  details: ColumnType<Record<string, unknown>, string, never>;
}

export interface CredentialsTables extends ServiceTables {
  connections: ConnectionsTable;
  connection_versions: ConnectionVersionsTable;
  secrets: SecretsTable;
  master_keys: MasterKeysTable;
  refusals: RefusalsTable;
  expiry_alerts: ExpiryAlertsTable;
  incident_signals: IncidentSignalsTable;
  incidents: IncidentsTable;
  failed_validations: FailedValidationsTable;
  audit: AuditTable;
}
