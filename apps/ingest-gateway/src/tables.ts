/** The gateway's tables, as its migrations make them. */
import type { KeptPostState, LeadMaking, MarketplaceLead, NotUnderstood } from '@leads/contracts';
import type { ServiceTables } from '@leads/service';
import type { ColumnType, Generated } from 'kysely';

interface ConnectionsTable {
  connection_id: string;
  version: number;
  state: 'draft' | 'published' | 'paused' | 'deleted';
  /** SHA-256 of the address key, lower-case hex. */
  address_key_hash: string;
  /** When it became as it is; `null` of what was kept before that was told. */
  changed_at: Date | null;
  /** For how many hours the same content again is the same lead; `null`: as the setting says. */
  repeat_hours: number | null;
  /** Of addresses that were replaced, and until when each still works, in the same order; `null`: none. */
  earlier_hashes: string[] | null;
  earlier_until: Date[] | null;
}

interface AcceptedTable {
  connection_id: string;
  fingerprint: Buffer;
  lead_id: string;
  /** When the first of the repeats came. */
  received_at: Date;
  repeats: Generated<number>;
}

interface QuarantineTable {
  connection_id: string;
  body_hash: Buffer;
  body: Buffer;
  received_at: Date;
  repeats: Generated<number>;
  /** Why no lead was read from it; `null` of what was kept before that was told. */
  why: NotUnderstood | null;
  /** What the sender said of the body. */
  content_type: string | null;
  content_encoding: string | null;
  /** The id of the lead that is made of it, too. */
  post_id: Generated<string>;
  /** The names of the fields found in it, by which posts are alike. */
  names: string | null;
  state: Generated<KeptPostState>;
  settled_at: Date | null;
  settled_by: string | null;
  /** Why it was discarded, in the words of who did. */
  reason: string | null;
  lead_ids: Generated<string[]>;
  /** What was found in it, once that was read; so are the next two. */
  found: ColumnType<MarketplaceLead | null, string | null, string | null>;
  is_ready: boolean | null;
  unpacked_bytes: number | null;
  /** The leads that were accepted of the same body when it came. */
  accepted_ids: Generated<string[]>;
}

interface QuarantineOverflowTable {
  connection_id: string;
  hour: Date;
  posts: number;
  bytes: number;
}

/** What people had made of leads: of the same lead, kind and time one lead, whoever asks and however often. */
interface MadeLeadsTable {
  of_lead: string;
  kind: LeadMaking['from'];
  at: Date;
  lead_id: string;
  made_at: Date;
}

/** Fields of posted bodies that are not known. */
interface UnknownFieldsTable {
  connection_id: string;
  name: string;
  kind: string;
  first_at: Date;
  last_at: Date;
}

/** For how many days the publisher of a connection keeps what customers said. */
interface RetentionsTable {
  connection_id: string;
  /** `null`: as the settings say. */
  days: number | null;
  changed_at: Date;
}

export interface GatewayTables extends ServiceTables {
  connections: ConnectionsTable;
  retentions: RetentionsTable;
  accepted: AcceptedTable;
  made_leads: MadeLeadsTable;
  unknown_fields: UnknownFieldsTable;
  quarantine: QuarantineTable;
  quarantine_overflow: QuarantineOverflowTable;
}
