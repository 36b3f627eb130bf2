/**
 * Leads whose time is over: they were written or died longer ago than their publisher keeps what customers said. One
 * that waits never goes. What goes is still counted, a written one as written and a dead one as removed, so that
 * accepted = written + pending + dead + removed.
 */
import type { Aged, AgedBatch } from '@leads/database';
import { leadsBefore, type Retention } from '@leads/service';
import { type RawBuilder, sql, type SqlBool } from 'kysely';

/** Settled; or never heard of but in an outcome, and so shown to nobody. */
const IS_OVER = sql<SqlBool>`(leads.state <> 'pending' or leads.accepted_at is null)`;

/** Their entries go first: a lead may have very many. */
export function entriesOfOldLeads(retention: Retention): Aged {
  return {
    table: 'timeline',
    forMs: retention.leastLeadsMs,
    remove: (batch) => sql`
      delete from timeline where ctid = any(array(
        select timeline.ctid from (${idsOf(retention, batch)}) as old join timeline using (lead_id)
        limit ${batch.limit} for update of timeline skip locked))
    `,
  };
}

/** With what they hold. The triggers take them from the totals, to which they are added as gone in the same statement. */
export function oldLeads(retention: Retention): Aged {
  return {
    table: 'leads',
    forMs: retention.leastLeadsMs,
    remove: (batch) => sql`
      with old as materialized (
        select lead_id, connection_id, state, accepted_at is not null and not is_test as is_counted from leads
        where lead_id = any(array(${idsOf(retention, batch)})) and ${IS_OVER}
          and not exists (select from timeline where timeline.lead_id = leads.lead_id)
        for update skip locked
      ), counted as (
        insert into totals (connection_id, accepted, written, written_gone, removed)
        select connection_id, count(*), count(*) filter (where state = 'written'),
               count(*) filter (where state = 'written'), count(*) filter (where state = 'dead')
        from old where is_counted group by connection_id order by connection_id
        on conflict (connection_id) do update
          set accepted = totals.accepted + excluded.accepted, written = totals.written + excluded.written,
              written_gone = totals.written_gone + excluded.written_gone,
              removed = totals.removed + excluded.removed
      )
      delete from leads using old where leads.lead_id = old.lead_id
    `,
  };
}

/** The ids of the first of them, publisher by publisher, for each keeps its own time. */
function idsOf(retention: Retention, { now, limit }: AgedBatch): RawBuilder<unknown> {
  const first = (whose: RawBuilder<SqlBool>, chosen: RawBuilder<unknown>) => sql`
    select lead_id from leads
    where ${whose} and ${IS_OVER} and leads.outcome_at < ${leadsBefore(retention, chosen, now)}
    order by leads.outcome_at limit ${limit}
  `;
  return sql`
    select lead_id from (
      select of_publisher.lead_id
      from (select distinct publisher_id from connections) as known
      left join publishers on publishers.id = known.publisher_id
      cross join lateral (
        ${first(sql`leads.publisher_id = known.publisher_id`, sql.ref('publishers.lead_days'))}
      ) as of_publisher
      union all (${first(sql`leads.publisher_id is null`, sql`null::int`)})
    ) as found limit ${limit}
  `;
}
