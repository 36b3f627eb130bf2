-- When a person last saved the connection or validated it: what is remembered of its identity from before counts no more.
alter table lanes add column lifted_at timestamptz;
