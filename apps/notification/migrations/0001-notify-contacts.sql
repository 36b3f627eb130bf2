-- What notification knows of each connection: whom to write to, and of which offer.
create table connections (
  connection_id uuid primary key,
  version int not null,
  offer_title text not null,
  contact_emails text[] not null
);

-- One mail a lead and kind. The row outlives the mail, so that a replayed topic sends nothing twice.
create table mails (
  kind text not null check (kind in ('lead-written')),
  lead_id uuid not null,
  connection_id uuid not null,
  -- A `LeadWritten` as JSON text: jsonb refuses what text keeps.
  outcome text not null,
  -- unaddressed: the connection is not known yet. refused: no contact's address was taken.
  state text not null check (state in ('unaddressed', 'due', 'sent', 'no-contacts', 'refused')),
  contacts text[] not null default '{}',
  delivered text[] not null default '{}',
  refused text[] not null default '{}',
  attempts int not null default 0,
  -- When it may be tried; while a sender holds it, when others may take it over.
  due_at timestamptz not null default now(),
  last_failure text,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (kind, lead_id)
);
create index mails_due on mails (due_at) where state = 'due';
create index mails_unaddressed on mails (connection_id) where state = 'unaddressed';
