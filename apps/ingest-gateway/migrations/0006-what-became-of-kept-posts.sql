-- What people make of a post that was put aside. Its id is that of the lead which is made of it: whoever asks twice, or
-- two who ask at once, make one.
alter table quarantine
  add column post_id uuid not null default gen_random_uuid(),
  -- The names of the fields found in it: those with the same ones are alike. Null of what was kept before.
  add column names text,
  add column state text not null default 'kept' check (state in ('kept', 'replayed', 'discarded')),
  add column settled_at timestamptz,
  add column settled_by text,
  add column reason text,
  add column lead_ids uuid[] not null default '{}';
create unique index quarantine_by_id on quarantine (post_id);
create index quarantine_by_time on quarantine (received_at, post_id);
