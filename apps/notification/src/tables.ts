/** The tables of notification, as its migrations make them. */
import type { ContactAnswered, ContactState, IncidentTransition, Notifications } from '@leads/contracts';
import type { ServiceTables } from '@leads/service';
import type { ColumnType, Generated } from 'kysely';

interface ConnectionsTable {
  connection_id: string;
  version: number;
  offer_title: string;
  /** The organisation's origin; `null` until a connection known since before the column was is saved anew. */
  organization: string | null;
  contact_emails: string[];
  /** `null` of one that was known before its publisher was told. */
  publisher_id: string | null;
  publisher_name: string | null;
  /** `null` where the connection does not say. */
  notifications: Notifications | null;
  /** Whose contacts they are: the publisher's id, or else the connection's. */
  contacts_of: ColumnType<string, never, never>;
}

/** The domains that operators have set as a publisher's own. */
interface PublishersTable {
  publisher_id: string;
  domains: string[];
  at: Date;
}

/** How one address stands at one publisher. */
interface ContactsTable {
  contact_id: Generated<string>;
  contacts_of: string;
  /** In lower case. */
  address: string;
  is_own: Generated<boolean>;
  answer: ContactAnswered['answer'] | null;
  answered_at: Date | null;
  /** Follows from the others, by a trigger, as `since` and `version` do. */
  state: ColumnType<ContactState, never, never>;
  since: Generated<Date>;
  /** When it is to be asked; `null` where it is not. */
  ask_at: Date | null;
  asked_at: Date | null;
  /** Since when no contact list has it; `null` while one does. */
  unlisted_at: Date | null;
  version: Generated<number>;
  told_version: Generated<number>;
  /** Since when the mail server says that there is no such mailbox, and its words. */
  bounced_at: Date | null;
  bounce_reason: string | null;
  /** It has said so twice: nothing goes there until a contact list with it is saved. */
  struck_off: Generated<boolean>;
}

export interface MailsTable {
  /** `alert`: a mail of before there were incidents. */
  kind: 'lead-written' | 'alert' | 'incident' | 'contact-request';
  /** The id of the lead or of the alert, or a letter's; of a mail that asks a contact, its own. */
  about_id: string;
  connection_id: string;
  /** A `LeadWritten`, an `IncidentMailEvent` or a `ContactQuestion` as JSON. */
  event: string;
  /** `held`: until its contact confirms, or `due_at`. */
  state: 'unaddressed' | 'due' | 'held' | 'sent' | 'no-contacts' | 'refused';
  /** The one address that it is to; empty of an occasion that is to nobody (yet). */
  recipient: Generated<string>;
  recipient_domain: ColumnType<string, never, never>;
  /** Of a mail that waits or waited for its contact, or asks them. */
  contact_id: string | null;
  /** Why it was refused, in words for people. */
  reason: string | null;
  /** Since when the server refuses this recipient, for whatever reason of theirs. */
  refused_since: Date | null;
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
  cause: string | null;
  remedy: string | null;
}

export interface NotificationTables extends ServiceTables {
  connections: ConnectionsTable;
  publishers: PublishersTable;
  contacts: ContactsTable;
  mails: MailsTable;
  incident_news: IncidentNewsTable;
  mail_server: MailServerTable;
  refused_customers: RefusedCustomersTable;
}
