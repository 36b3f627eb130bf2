/** The tables of notification, as its migrations make them. */
import type { ServiceTables } from '@leads/service';
import type { Generated } from 'kysely';

export interface ConnectionsTable {
  connection_id: string;
  version: number;
  offer_title: string;
  contact_emails: string[];
}

export interface MailsTable {
  kind: 'lead-written';
  lead_id: string;
  connection_id: string;
  /** A `LeadWritten` as JSON. */
  outcome: string;
  state: 'unaddressed' | 'due' | 'sent' | 'no-contacts' | 'refused';
  /** Everybody whom the mail is to; each ends up in `delivered` or in `refused`. */
  contacts: Generated<string[]>;
  delivered: Generated<string[]>;
  refused: Generated<string[]>;
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
