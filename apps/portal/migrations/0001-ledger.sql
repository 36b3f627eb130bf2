-- The ledger: what became of every lead, as the topics tell it. All of this file but what it says otherwise can be
-- read from the topics again.

-- What the portal knows of each connection. A deleted one stays, so that its publisher goes on seeing its leads.
create table connections (
  connection_id uuid primary key,
  version int not null,
  changed_at timestamptz not null,
  publisher_id text not null,
  publisher_name text not null,
  offer_id text not null,
  offer_title text not null,
  url text not null,
  authentication text not null,
  contact_emails text[] not null,
  state text not null check (state in ('draft', 'published', 'paused', 'deleted'))
);
create index connections_of_publisher on connections (publisher_id);

-- One row a lead. A row without `accepted_at` is a placeholder: something was heard of the lead, its acceptance was
-- not yet. It is shown to nobody and counted nowhere.
create table leads (
  lead_id uuid primary key,
  connection_id uuid not null,
  -- That of the connection; null until the connection is known.
  publisher_id text,
  -- Of a test lead that no acceptance told of, as Validate makes it: when it was first heard of.
  accepted_at timestamptz(3),
  received_at timestamptz,
  -- Whether an acceptance has told of it.
  is_accepted boolean not null default false,
  is_test boolean not null,
  offer_title text not null default '',
  name text not null default '',
  company text not null default '',
  email text not null default '',
  country text not null default '',
  action_code text not null default '',
  -- Name, company and e-mail as ledger/search-text.ts folds them.
  search text,
  state text not null default 'pending' check (state in ('pending', 'written', 'dead')),
  attempts int not null default 0,
  reason jsonb,
  -- When the outcome came about that decided all of these; null where nothing was heard from the writer yet.
  outcome_at timestamptz,
  written_at timestamptz,
  crm_id uuid,
  -- The organisation's origin.
  organization text,
  -- Where and when the records were published that accepted the lead and that decided its state: whether they can
  -- be read again.
  accepted_partition int,
  accepted_told_at timestamptz,
  outcome_partition int,
  outcome_told_at timestamptz
) with (fillfactor = 85);
create index leads_by_time on leads (accepted_at, lead_id) where accepted_at is not null;
create index leads_by_connection on leads (connection_id, accepted_at, lead_id) where accepted_at is not null;
create index leads_by_publisher on leads (publisher_id, accepted_at, lead_id) where accepted_at is not null;
-- Few leads wait or are dead: these find them among very many.
create index leads_unsettled on leads (state, accepted_at, lead_id)
  where accepted_at is not null and state <> 'written';
create index leads_unsettled_by_connection on leads (connection_id, state, accepted_at, lead_id) include (is_test)
  where accepted_at is not null and state <> 'written';
create index leads_unsettled_by_publisher on leads (publisher_id, state, accepted_at, lead_id)
  where accepted_at is not null and state <> 'written';
create index leads_tests on leads (accepted_at, lead_id) where accepted_at is not null and is_test;

-- A trusted extension: whoever may create this schema may create it. It can be there already, in another schema.
create extension if not exists pg_trgm;
do $$
begin
  execute format(
    'create index leads_search on leads using gin (search %I.gin_trgm_ops)',
    (select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm')
  );
end $$;

-- What only a lead's own page shows, apart so that lists stay narrow.
create table lead_contents (
  lead_id uuid primary key references leads on delete cascade,
  -- A `MarketplaceLead` as JSON.
  lead jsonb not null,
  -- The body as it was posted; null where none was.
  original text
);

-- What happened to a lead besides its being received and accepted. The key is natural: a record that comes again, or
-- was published twice, adds nothing.
create table timeline (
  lead_id uuid not null,
  at timestamptz not null,
  kind text not null check (kind in ('repeated', 'deferred', 'dead', 'replayed', 'written', 'mailed')),
  -- The other fields of a `TimelineEntry`, but for links.
  data jsonb not null,
  connection_id uuid not null,
  is_test boolean not null,
  primary key (lead_id, at, kind)
);

-- The last report of each connection's lane.
create table lanes (
  connection_id uuid primary key,
  at timestamptz not null,
  instance text not null,
  held boolean not null,
  -- A `LaneReport`.
  report jsonb not null
);

create table alerts (
  alert_id uuid primary key,
  connection_id uuid not null,
  at timestamptz not null,
  kind text not null,
  what text not null,
  remedy text not null
);
create index alerts_of_connection on alerts (connection_id, at);

-- What was told of each Validate.
create table validation_steps (
  validation_id uuid not null,
  connection_id uuid not null,
  at timestamptz not null,
  name text not null,
  status text not null,
  took_ms float8 not null,
  cause text,
  remedy text,
  primary key (validation_id, name, status, at)
);

-- Each Validate as its steps tell it up to now.
create table validations (
  validation_id uuid primary key,
  connection_id uuid not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- Whether no check failed; null until it has finished.
  passed boolean,
  -- A `Validation`, but for its test lead.
  folded jsonb not null
);
create index validations_of_connection on validations (connection_id, started_at);

-- How many leads of customers each connection has: accepted = written + pending + dead. Kept by the triggers below in
-- the transaction of what it counts.
create table totals (
  connection_id uuid primary key,
  accepted bigint not null default 0,
  written bigint not null default 0,
  dead bigint not null default 0,
  last_lead_at timestamptz
);

-- Throughput of leads of customers, of each connection and, under the nil id, of all together: minutes and hours.
create table statistics (
  connection_id uuid not null,
  span text not null check (span in ('minute', 'hour')),
  starts_at timestamptz not null,
  accepted int not null default 0,
  written int not null default 0,
  dead int not null default 0,
  primary key (span, connection_id, starts_at)
);

-- How long leads took from accepted to written, by when they were written: a histogram whose classes are
-- latency_class(milliseconds).
create table latencies (
  connection_id uuid not null,
  span text not null check (span in ('minute', 'hour')),
  starts_at timestamptz not null,
  class smallint not null,
  leads int not null,
  primary key (span, connection_id, starts_at, class)
);

-- Class n holds from 2^(n/8) up to 2^((n+1)/8) milliseconds: a percentile read from it is right to 5 %.
create function latency_class(milliseconds double precision) returns smallint
  language sql immutable parallel safe
  return floor(8 * ln(greatest(milliseconds, 1)) / ln(2::float8))::smallint;

-- What was published of the ledger's changes, for those who look on. Ids become visible in their order, because
-- who adds some holds an advisory lock until its transaction ends. Of an hour only; nothing is rebuilt of it.
create table changes (
  id bigint generated always as identity primary key,
  -- Whom it is for besides operators; null: operators alone.
  publisher_id text,
  -- The event's name and data as in `LiveEvent`.
  event text not null,
  data jsonb not null,
  at timestamptz not null default now()
);
create index changes_by_age on changes (at);

-- What one version of a lead's row counts for: +1 as it comes, -1 as it goes.
create type lead_count as (
  sign int, connection_id uuid, accepted_at timestamptz, state text, written_at timestamptz
);

-- Keeps totals, statistics and latencies. Rows are touched in the order of their keys, so that two batches at once
-- cannot wait for each other. What is older than statistics are kept is not counted in them.
create function count_leads() returns trigger language plpgsql as $$
declare
  counts lead_count[];
begin
  if tg_op = 'INSERT' then
    counts := array(
      select row(1, connection_id, accepted_at, state, written_at)::lead_count from new_leads
      where accepted_at is not null and not is_test
    );
  elsif tg_op = 'DELETE' then
    counts := array(
      select row(-1, connection_id, accepted_at, state, written_at)::lead_count from old_leads
      where accepted_at is not null and not is_test
    );
  else
    counts := array(
      select row(1, connection_id, accepted_at, state, written_at)::lead_count from new_leads
      where accepted_at is not null and not is_test
      union all
      select row(-1, connection_id, accepted_at, state, written_at)::lead_count from old_leads
      where accepted_at is not null and not is_test
    );
  end if;

  insert into totals (connection_id, accepted, written, dead, last_lead_at)
  select connection_id, sum(sign), coalesce(sum(sign) filter (where state = 'written'), 0),
         coalesce(sum(sign) filter (where state = 'dead'), 0), max(accepted_at) filter (where sign > 0)
  from unnest(counts) group by connection_id order by connection_id
  on conflict (connection_id) do update
    set accepted = totals.accepted + excluded.accepted, written = totals.written + excluded.written,
        dead = totals.dead + excluded.dead, last_lead_at = greatest(totals.last_lead_at, excluded.last_lead_at);

  insert into statistics (span, connection_id, starts_at, accepted, written)
  select span, scope, date_trunc(span, at, 'UTC'), sum(accepted), sum(written)
  from (select connection_id, accepted_at as at, sign as accepted, 0 as written from unnest(counts)
        union all
        select connection_id, written_at, 0, sign from unnest(counts) where state = 'written') as events,
       unnest(array['minute', 'hour']) as span,
       unnest(array[connection_id, '00000000-0000-0000-0000-000000000000']) as scope
  where at > now() - interval '8 days'
  group by 1, 2, 3 having sum(accepted) <> 0 or sum(written) <> 0 order by 1, 2, 3
  on conflict (span, connection_id, starts_at) do update
    set accepted = statistics.accepted + excluded.accepted, written = statistics.written + excluded.written;

  insert into latencies (span, connection_id, starts_at, class, leads)
  select span, scope, date_trunc(span, written_at, 'UTC'),
         latency_class((extract(epoch from written_at - accepted_at) * 1000)::float8), sum(sign)
  from unnest(counts), unnest(array['minute', 'hour']) as span,
       unnest(array[connection_id, '00000000-0000-0000-0000-000000000000']) as scope
  where state = 'written' and written_at > now() - interval '8 days'
  group by 1, 2, 3, 4 having sum(sign) <> 0 order by 1, 2, 3, 4
  on conflict (span, connection_id, starts_at, class) do update set leads = latencies.leads + excluded.leads;
  return null;
end $$;
create trigger count_inserted after insert on leads
  referencing new table as new_leads for each statement execute function count_leads();
create trigger count_updated after update on leads
  referencing new table as new_leads old table as old_leads for each statement execute function count_leads();
create trigger count_deleted after delete on leads
  referencing old table as old_leads for each statement execute function count_leads();

-- Deaths are counted as they happen: a lead that was replayed and died again died twice.
create function count_deaths() returns trigger language plpgsql as $$
declare
  counts lead_count[];
begin
  if tg_op = 'INSERT' then
    counts := array(
      select row(1, connection_id, at, 'dead', null)::lead_count from new_entries where kind = 'dead' and not is_test
    );
  else
    counts := array(
      select row(-1, connection_id, at, 'dead', null)::lead_count from old_entries where kind = 'dead' and not is_test
    );
  end if;
  insert into statistics (span, connection_id, starts_at, dead)
  select span, scope, date_trunc(span, accepted_at, 'UTC'), sum(sign)
  from unnest(counts), unnest(array['minute', 'hour']) as span,
       unnest(array[connection_id, '00000000-0000-0000-0000-000000000000']) as scope
  where accepted_at > now() - interval '8 days'
  group by 1, 2, 3 order by 1, 2, 3
  on conflict (span, connection_id, starts_at) do update set dead = statistics.dead + excluded.dead;
  return null;
end $$;
create trigger count_inserted after insert on timeline
  referencing new table as new_entries for each statement execute function count_deaths();
create trigger count_deleted after delete on timeline
  referencing old table as old_entries for each statement execute function count_deaths();
