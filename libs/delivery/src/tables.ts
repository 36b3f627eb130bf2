/** The engine's tables, as its migrations make them in a writer's schema. */
import type { ServiceTables } from '@leads/service';
import type { Generated, GeneratedAlways } from 'kysely';

/** What a writer's migrations are run with, before its own. */
export const deliveryTables = { track: 'delivery', folder: new URL('../migrations/', import.meta.url) };

export interface LanesTable {
  connection_id: string;
  version: number;
  /** Where the leads go. */
  url: string;
  state: string;
  secret_version: number;
  /** A `Mapping` as JSON, where the connection has one. */
  mapping: Generated<string | null>;
  /** An `OtherPartnerLeads`, where the connection has chosen one. */
  other_partner_leads: Generated<string | null>;
  /** Who signs in there, as a hash. */
  identity_hash: Generated<string | null>;
  /** Lanes with the same word share their destination's limits. */
  shared_by: Generated<string | null>;
  /** Until when the destination asked to be left alone. */
  held_until: Generated<Date | null>;
  /** When a person last saved the connection or validated it. */
  lifted_at: Generated<Date | null>;
  owner: string | null;
  fence: Generated<number>;
  leased_until: Generated<Date>;
  /** A `Broken` as JSON while the connection is broken. */
  broken: Generated<string | null>;
  broken_since: Generated<Date | null>;
  /** The causes that leads die of: `RefusedCause`s as JSON. */
  refused: Generated<string | null>;
  /** Refusals that some leads met while others passed: `OfSome`s as JSON. */
  refused_some: Generated<string | null>;
  /** Since when the destination works for nobody, once that was told. */
  away_since: Generated<Date | null>;
}

interface DeliveriesTable {
  lead_id: string;
  connection_id: string;
  /** A `LeadAccepted` as JSON; null once a written lead's payload has been dropped, or what cannot be read was put aside. */
  accepted: string | null;
  accepted_at: Date;
  state: Generated<'pending' | 'written' | 'dead'>;
  attempts: Generated<number>;
  due_at: Date;
  /** The last `Reason` as JSON. */
  last_failure: string | null;
  settled_at: Date | null;
  /** An earlier attempt may have reached the destination. */
  unclear: Generated<boolean>;
  /** Refusals that count against the lead itself. */
  strikes: Generated<number>;
  /** What makes the last of them the same as another. */
  signature: string | null;
  /** The cause of the last of them. */
  refused_for: Generated<string | null>;
  /** What was told last of its deferrals: a `DeferralTold` as JSON. */
  told: Generated<string | null>;
  /** Delivered like any other, but not a customer's. */
  is_test: Generated<boolean>;
}

/** Counted by triggers on `deliveries`, test leads left out. */
interface TotalsTable {
  connection_id: string;
  accepted: number;
  written: number;
  dead: number;
  /** Dead ones that have gone because they were old. */
  removed: Generated<number>;
  /** What is neither. */
  pending: GeneratedAlways<number>;
}

/** For how many days the publisher of a connection keeps what customers said. */
interface RetentionsTable {
  connection_id: string;
  /** `null`: as the settings say. */
  days: number | null;
  changed_at: Date;
}

interface ReplaysTable {
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

interface InstancesTable {
  instance_id: string;
  seen_at: Date;
}

export interface DeliveryTables extends ServiceTables {
  lanes: LanesTable;
  deliveries: DeliveriesTable;
  totals: TotalsTable;
  replays: ReplaysTable;
  validations: ValidationsTable;
  instances: InstancesTable;
  retentions: RetentionsTable;
}
