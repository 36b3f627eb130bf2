-- The replays that have been carried out: one that is read again must not touch what has died since.
create table replays (
  replay_id uuid primary key,
  connection_id uuid not null,
  requested_by text not null,
  requested_at timestamptz not null,
  -- How many leads were dead and are pending again.
  leads int not null,
  replayed_at timestamptz not null default now()
);
create index deliveries_dead on deliveries (connection_id) where state = 'dead';
