-- Who signs in there, as a hash.
alter table lanes add column identity_hash text;
-- Lanes with the same word here keep one pace, for their destination counts them together.
alter table lanes add column shared_by text;
create index lanes_shared_by on lanes (shared_by);
-- Until when the destination asked to be left alone: whoever drains the lane, and after every restart.
alter table lanes add column held_until timestamptz;
