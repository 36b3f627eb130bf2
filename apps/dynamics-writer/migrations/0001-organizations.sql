-- What the organisation said of itself when it was last asked, as JSON, and what its owner was warned of.
alter table lanes add column reading text;
alter table lanes add column read_at timestamptz;
alter table lanes add column warnings text not null default '[]';
