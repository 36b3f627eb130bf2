-- Whom an entry is of, for good: names and addresses change, and may be somebody else's tomorrow.
alter table audit add directory_id text;
alter table audit add user_id text;
-- What was shown, and for whom: the filter, how many leads.
alter table audit add details jsonb not null default '{}';
-- An entry may stand for several acts alike.
alter table audit add times int not null default 1 check (times > 0);
-- What an operator saw of everybody is every publisher's to know.
alter table audit add concerns_all boolean not null default false;
create index audit_of_all on audit (id) where concerns_all;

-- What one person does again and again: the first is an entry at once, all others of a while are one entry at its end.
create table audit_repeats (
  key text primary key,
  -- The columns of the entry.
  entry jsonb not null,
  ends_at timestamptz not null,
  times int not null default 0,
  leads bigint not null default 0
);
create index audit_repeats_by_end on audit_repeats (ends_at);

-- Nothing is changed or taken back; what is old may go, one day.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only';
end $$;
create trigger audit_is_append_only before update or truncate on audit
  for each statement execute function audit_is_append_only();
create trigger audit_keeps_what_is_young before delete on audit
  for each row when (old.at > now() - interval '90 days') execute function audit_is_append_only();
