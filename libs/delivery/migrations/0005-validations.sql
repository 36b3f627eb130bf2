-- Validates whose first half has passed: the writer makes the second.
create table validations (
  validation_id uuid primary key,
  connection_id uuid not null,
  asked_at timestamptz not null,
  -- Whoever died over one leaves it to others once this has passed.
  taken_until timestamptz not null default '-infinity',
  done_at timestamptz
);
create index validations_open on validations (asked_at) where done_at is null;
