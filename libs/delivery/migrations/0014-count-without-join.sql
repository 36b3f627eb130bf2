-- The rows before and after are counted apart: joined, by a plan that was made for few and is kept with the session, a
-- statement that changes very many (a lane is taken over, or woken) took minutes.
create or replace function count_settled() returns trigger language plpgsql set search_path from current as $$
begin
  insert into totals (connection_id, written, dead)
  select connection_id, coalesce(sum(change) filter (where state = 'written'), 0), coalesce(sum(change) filter (where state = 'dead'), 0)
  from (select connection_id, state, 1 as change from after where not is_test and state <> 'pending'
        union all
        select connection_id, state, -1 from before where not is_test and state <> 'pending') as changed
  group by connection_id
  having sum(change) filter (where state = 'written') <> 0 or sum(change) filter (where state = 'dead') <> 0
  order by connection_id
  on conflict (connection_id) do update
    set written = totals.written + excluded.written, dead = totals.dead + excluded.dead;
  return null;
end $$;
