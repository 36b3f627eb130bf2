-- What an address may have kept an hour is found by time.
create index quarantine_of_connection on quarantine (connection_id, received_at);

-- What came beyond that: counted by the hour, and not kept.
create table quarantine_overflow (
  connection_id uuid not null,
  hour timestamptz not null,
  posts int not null,
  bytes bigint not null,
  primary key (connection_id, hour)
);
create index quarantine_overflow_by_age on quarantine_overflow (hour);
