-- Who asks to be a publisher, until an operator has decided: one request a directory. It reserves nothing, so that
-- nobody holds another's id by asking first. Approved, it is a row of publishers.
create table publisher_requests (
  directory_id text primary key,
  id text not null,
  name text not null,
  state text not null check (state in ('waiting', 'refused')),
  asked_at timestamptz not null,
  user_id text not null,
  user_name text not null,
  user_email text not null,
  -- Why it was refused, in the operator's words.
  reason text
);
create index publisher_requests_by_age on publisher_requests (state, asked_at);
