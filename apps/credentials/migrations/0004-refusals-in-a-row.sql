-- A refusal stands for the version of the connection that was tried: a save asks anew. How often in a row it came
-- decides when the same credential is tried again, and whether anybody is alarmed yet. What is remembered already is
-- of no version, so that it is asked for anew, as after a save.
alter table refusals
  add column connection_version int not null default 0,
  -- What it is about, e.g. `secret`.
  add column refusal_kind text not null default 'unknown',
  add column passing boolean not null default false,
  add column times int not null default 1 check (times > 0),
  -- The cause that was last told as trouble, until it is told as over.
  add column told_cause text;
update refusals set told_cause = cause;
alter table refusals
  alter column connection_version drop default,
  alter column refusal_kind drop default,
  alter column passing drop default,
  alter column times drop default;
