-- Events that will never be published as they are: the broker refused them for good, or no topic takes them. Kept with
-- the reason, for a person to look at and put back.
create table outbox_refused (
  id bigint primary key,
  topic text not null,
  key text not null,
  value text not null,
  created_at timestamptz not null,
  reason text not null,
  refused_at timestamptz not null default now()
);
