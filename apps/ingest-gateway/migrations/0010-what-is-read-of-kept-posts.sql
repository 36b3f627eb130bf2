-- What was read of a post when it was kept, so that nobody who looks at posts has them read anew. Null of what was kept
-- before: that is read when it is looked at first.
alter table quarantine
  -- As text: a name in it may be one that jsonb does not take.
  add column found json,
  -- Whether what was found makes a lead, and the body can hold no other customer.
  add column is_ready boolean,
  add column unpacked_bytes int,
  -- The leads that were accepted of the same body when it came.
  add column accepted_ids uuid[] not null default '{}';
create index quarantine_alike on quarantine (connection_id, md5(names)) where state = 'kept';
