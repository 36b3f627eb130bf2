-- A test lead is delivered like any other, but never counted as a customer's.
alter table deliveries add column is_test boolean not null default false;

-- What is kept of a written lead after its payload is dropped: enough to know it when its topic is replayed.
alter table deliveries alter column accepted drop not null;

-- The two things that housekeeping looks for, in one index: payloads to drop, rows to remove.
create index deliveries_written on deliveries ((accepted is null), settled_at) where state = 'written';

-- The second half answers how much is pending, and since when, without reading the rows.
drop index deliveries_due;
create index deliveries_due on deliveries (connection_id, due_at) include (accepted_at, is_test) where state = 'pending';

-- How many leads of customers each connection has had, for ever: rows go, these stay.
create table totals (
  connection_id uuid primary key,
  accepted bigint not null default 0,
  written bigint not null default 0,
  dead bigint not null default 0
);

insert into totals (connection_id, accepted, written, dead)
select connection_id, count(*), count(*) filter (where state = 'written'), count(*) filter (where state = 'dead')
from deliveries group by connection_id;

-- Counted by the database itself, so that no statement which moves a lead can forget to. Connections in order:
-- two batches that count for the same ones never wait for each other crosswise.
create function count_accepted() returns trigger language plpgsql set search_path from current as $$
begin
  insert into totals (connection_id, accepted)
  select connection_id, count(*) from added where not is_test group by connection_id order by connection_id
  on conflict (connection_id) do update set accepted = totals.accepted + excluded.accepted;
  return null;
end $$;
create trigger count_accepted after insert on deliveries referencing new table as added
  for each statement execute function count_accepted();

create function count_settled() returns trigger language plpgsql set search_path from current as $$
begin
  insert into totals (connection_id, written, dead)
  select connection_id,
         count(*) filter (where after.state = 'written') - count(*) filter (where before.state = 'written'),
         count(*) filter (where after.state = 'dead') - count(*) filter (where before.state = 'dead')
  from before join after using (lead_id, connection_id)
  where before.state <> after.state and not after.is_test
  group by connection_id order by connection_id
  on conflict (connection_id) do update
    set written = totals.written + excluded.written, dead = totals.dead + excluded.dead;
  return null;
end $$;
create trigger count_settled after update on deliveries referencing old table as before new table as after
  for each statement execute function count_settled();
