/** The gateway's tables, as its migrations make them, and the setting that their rows live by. */
import type { ServiceTables } from '@leads/service';
import type { Generated } from 'kysely';

/** How long a repeat is folded into the first lead, in milliseconds. */
export const DEDUPE_WINDOW_MS = Symbol('dedupe window');

export interface ConnectionsTable {
  connection_id: string;
  version: number;
  state: 'draft' | 'published' | 'paused' | 'deleted';
  /** SHA-256 of the address key, lower-case hex. */
  address_key_hash: string;
}

export interface AcceptedTable {
  connection_id: string;
  fingerprint: Buffer;
  lead_id: string;
  /** When the first of the repeats came. */
  received_at: Date;
  repeats: Generated<number>;
}

export interface QuarantineTable {
  connection_id: string;
  body_hash: Buffer;
  body: Buffer;
  received_at: Date;
  repeats: Generated<number>;
}

export interface GatewayTables extends ServiceTables {
  connections: ConnectionsTable;
  accepted: AcceptedTable;
  quarantine: QuarantineTable;
}
