/** The tables of notification, as its migrations make them. */
import type { IncidentTransition } from '@leads/contracts';
import type { ServiceTables } from '@leads/service';
import type { Generated, JSONColumnType } from 'kysely';

interface ConnectionsTable {
  connection_id: string;
  version: number;
  offer_title: string;
  /** The organisation's origin; `null` until a connection known since before the column was is saved anew. */
  organization: string | null;
  contact_emails: string[];
}

export interface MailsTable {
  /** `alert`: a mail of before there were incidents. */
  kind: 'lead-written' | 'alert' | 'incident';
  /** The id of the lead or of the alert, or a letter's. */
  about_id: string;
  connection_id: string;
  /** A `LeadWritten` or an `IncidentMailEvent` as JSON. */
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

interface IncidentNewsTable {
  incident_id: string;
  version: number;
  transition: IncidentTransition;
  /** An `Incident` as JSON. */
  event: string;
  due_at: Date;
  received_at: Generated<Date>;
}

/** A lead that is dead, as far as mails may name its customer. */
interface RefusedCustomersTable {
  lead_id: string;
  connection_id: string;
  cause: string;
  /** One line each; empty where the customer left none. */
  company: string;
  name: string;
  died_at: Date;
}

/** One row while the mail server takes nothing. */
interface MailServerTable {
  one: Generated<true>;
  failing_since: Date;
  told: Generated<boolean>;
}

export interface NotificationTables extends ServiceTables {
  connections: ConnectionsTable;
  mails: MailsTable;
  incident_news: IncidentNewsTable;
  mail_server: MailServerTable;
  refused_customers: RefusedCustomersTable;
}
