-- Dead leads that have gone because they were old: accepted = written + pending + dead + removed.
alter table totals add column removed bigint not null default 0;
alter table totals add column pending bigint generated always as (accepted - written - dead - removed) stored;

create function count_removed() returns trigger language plpgsql set search_path from current as $$
begin
  insert into totals (connection_id, dead, removed)
  select connection_id, -count(*), count(*) from gone where state = 'dead' and not is_test
  group by connection_id order by connection_id
  on conflict (connection_id) do update
    set dead = totals.dead + excluded.dead, removed = totals.removed + excluded.removed;
  return null;
end $$;
create trigger count_removed after delete on deliveries referencing old table as gone
  for each statement execute function count_removed();

-- The oldest dead leads of a connection in one look; few leads are dead.
create index deliveries_died on deliveries (connection_id, settled_at) where state = 'dead';
create index replays_by_age on replays (replayed_at);
create index validations_by_age on validations (asked_at);

-- For how many days a publisher keeps what customers said; none: as the settings say.
create table retentions (
  connection_id uuid primary key,
  days int check (days > 0),
  changed_at timestamptz not null
);
