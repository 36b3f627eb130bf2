/** The writer's tables, as its migrations make them. */
import type { ServiceTables } from '@leads/service';
import type { Generated } from 'kysely';

export interface LanesTable {
  connection_id: string;
  version: number;
  organization: string;
  state: string;
  secret_version: number;
  /** A `Mapping` as JSON, where the connection has one. */
  mapping: Generated<string | null>;
  /** An `OrganizationReading` as JSON. */
  reading: Generated<string | null>;
  read_at: Generated<Date | null>;
  /** A list of `Reason` as JSON. */
  warnings: Generated<string>;
  owner: string | null;
  fence: Generated<number>;
  leased_until: Generated<Date>;
  /** A `Reason` as JSON while the connection is broken. */
  broken: Generated<string | null>;
  broken_since: Generated<Date | null>;
}

export interface DeliveriesTable {
  lead_id: string;
  connection_id: string;
  /** A `LeadAccepted` as JSON; null once a written lead's payload has been dropped. */
  accepted: string | null;
  accepted_at: Date;
  state: Generated<'pending' | 'written' | 'dead'>;
  attempts: Generated<number>;
  due_at: Date;
  /** The last `Reason` as JSON. */
  last_failure: string | null;
  settled_at: Date | null;
  /** Delivered like any other, but not a customer's. */
  is_test: Generated<boolean>;
}

/** Counted by triggers on `deliveries`, test leads left out. */
export interface TotalsTable {
  connection_id: string;
  accepted: number;
  written: number;
  dead: number;
}

export interface ReplaysTable {
  replay_id: string;
  connection_id: string;
  requested_by: string;
  requested_at: Date;
  leads: number;
  replayed_at: Generated<Date>;
}

export interface ValidationsTable {
  validation_id: string;
  connection_id: string;
  asked_at: Date;
  seen_at: Generated<Date>;
  begun: Generated<number>;
  taken_until: Generated<Date>;
  done_at: Date | null;
}

export interface InstancesTable {
  instance_id: string;
  seen_at: Date;
}

export interface WriterTables extends ServiceTables {
  lanes: LanesTable;
  deliveries: DeliveriesTable;
  totals: TotalsTable;
  replays: ReplaysTable;
  validations: ValidationsTable;
  instances: InstancesTable;
}
