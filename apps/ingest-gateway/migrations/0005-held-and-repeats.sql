-- When a connection became as it is: what comes for a deleted one is kept for a while yet. And for how long the same
-- content again is the same lead, where its publisher has chosen.
alter table connections
  add column changed_at timestamptz,
  add column repeat_hours int;
