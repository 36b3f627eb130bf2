-- Who uses the portal and what they did. None of this is in a topic: a rebuilt ledger leaves it alone.

-- A publisher and the directory whose people act for it.
create table publishers (
  id text primary key,
  name text not null,
  directory_id text not null unique,
  registered_at timestamptz not null default now()
);

create table sessions (
  id text primary key,
  data jsonb not null,
  expires_at timestamptz not null
);
create index sessions_by_expiry on sessions (expires_at);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  who text not null,
  role text,
  publisher_id text,
  what text not null,
  target text,
  outcome text not null check (outcome in ('done', 'refused'))
);
create index audit_of_publisher on audit (publisher_id, id);
create index audit_by_age on audit (at);

-- What people asked to have delivered again, and the leads of each: one asked for is done when its lead has been
-- written, or has died again, since.
create table replays (
  replay_id uuid primary key,
  -- Who asked acted for this publisher; null for an operator.
  publisher_id text,
  requested_by text not null,
  requested_at timestamptz not null
);
create table replay_leads (
  replay_id uuid not null references replays on delete cascade,
  lead_id uuid not null,
  connection_id uuid not null,
  primary key (replay_id, lead_id)
);
create index replays_of_lead on replay_leads (lead_id);
