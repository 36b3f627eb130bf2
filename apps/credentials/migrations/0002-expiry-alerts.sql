-- Which warnings of a secret's expiry were given: each once, however often the service restarts.
create table expiry_alerts (
  connection_id uuid not null references connections (id),
  secret_version int not null,
  expires_on date not null,
  -- 30, 14, 7, 3 or 1 days before, 0 when it has happened.
  days_before int not null,
  alerted_at timestamptz not null,
  primary key (connection_id, secret_version, expires_on, days_before)
);
