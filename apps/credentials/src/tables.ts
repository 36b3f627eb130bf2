/** The tables of the schema `credentials`, as kysely types them. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ServiceTables } from '@leads/service';
import type { ConnectionFacts } from './connections/connection-facts.ts';

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

interface UsedTokenRequestsTable {
  jti: string;
  expires_at: Date;
}

interface RefusalsTable {
  connection_id: string;
  /** Which credential was refused, see `credentialOf`. */
  credential: string;
  cause: string;
  what: string;
  remedy: string;
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
  used_token_requests: UsedTokenRequestsTable;
  refusals: RefusalsTable;
  expiry_alerts: ExpiryAlertsTable;
  audit: AuditTable;
}
