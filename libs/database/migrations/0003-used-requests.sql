-- Signed requests of other services that were used: none is good a second time.
create table used_requests (
  nonce uuid primary key,
  forget_at timestamptz not null
);
create index used_requests_forget_at on used_requests (forget_at);
