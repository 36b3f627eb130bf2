-- For how many days a publisher keeps what customers said; none: as the settings say.
create table retentions (
  connection_id uuid primary key,
  days int check (days > 0),
  changed_at timestamptz not null
);
