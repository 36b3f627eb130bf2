-- A connection's lane: what is known of it, and which instance drains it.
create table lanes (
  connection_id uuid primary key,
  version int not null,
  organization text not null,
  state text not null,
  secret_version int not null,
  owner text,
  -- Rises with every change of owner: a writer that lost its lease writes nothing any more.
  fence bigint not null default 0,
  leased_until timestamptz not null default '-infinity',
  -- Why nothing can be written at present, as JSON; null while the connection works.
  broken text,
  broken_since timestamptz
);

-- Who is alive to share the lanes.
create table instances (
  instance_id text primary key,
  seen_at timestamptz not null
);

create table deliveries (
  lead_id uuid primary key,
  connection_id uuid not null,
  -- The lead as it was accepted, as JSON text: jsonb refuses what text keeps.
  accepted text not null,
  accepted_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'written', 'dead')),
  attempts int not null default 0,
  due_at timestamptz not null,
  last_failure text,
  settled_at timestamptz
);
create index deliveries_due on deliveries (connection_id, due_at) where state = 'pending';
