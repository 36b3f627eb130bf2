-- Events that are committed with the rows they tell of, until the relay has published them.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  value text not null,
  created_at timestamptz not null default now()
);

-- Records that could not be decoded, with their bytes and where they came from.
create table undecodable (
  topic text not null,
  partition int not null,
  record_offset text not null,
  key bytea,
  value bytea,
  reason text not null,
  kept_at timestamptz not null default now(),
  primary key (topic, partition, record_offset)
);
