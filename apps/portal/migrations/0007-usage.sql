-- How much each publisher has done within the hour, counted for all instances alike.
create table usage (
  publisher_id text not null,
  what text not null,
  hour timestamptz not null,
  times int not null,
  primary key (publisher_id, what, hour)
);
create index usage_by_age on usage (hour);
