/** The tables of notification, as its migrations make them. */
import type { ServiceTables } from '@leads/service';
import type { Generated, JSONColumnType } from 'kysely';

export interface ConnectionsTable {
  connection_id: string;
  version: number;
  offer_title: string;
  /** The organisation's origin; `null` until a connection known since before the column was is saved anew. */
  organization: string | null;
  contact_emails: string[];
}

export interface MailsTable {
  kind: 'lead-written' | 'alert';
  /** The lead's id or the alert's. */
  about_id: string;
  connection_id: string;
  /** A `LeadWritten` or an `Alert` as JSON. */
  event: string;
  state: 'unaddressed' | 'due' | 'sent' | 'no-contacts' | 'refused';
  /** Everybody whom the mail is to; each ends up in `delivered` or in `refused`. */
  contacts: Generated<string[]>;
  delivered: Generated<string[]>;
  refused: Generated<string[]>;
  /** What the mail server said, by refused address; written as JSON. */
  refusals: JSONColumnType<Record<string, string>, string | undefined>;
  attempts: Generated<number>;
  due_at: Generated<Date>;
  last_failure: string | null;
  created_at: Generated<Date>;
  settled_at: Date | null;
}

export interface NotificationTables extends ServiceTables {
  connections: ConnectionsTable;
  mails: MailsTable;
}
