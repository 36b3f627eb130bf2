/** Finds leads among very many, newest first, a page at a time. */
import type { LeadFilter } from '@leads/contracts/portal-api';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { searchPatterns } from '../ledger/search-text.ts';
import type { PortalTables } from '../tables.ts';
import { SUMMARY_COLUMNS, type SummaryRow } from './lead-summary.ts';
import type { Place } from './lead-query.ts';

/**
 * So many of the newest leads are looked through one by one before the index of trigrams is asked. A word that is not
 * among them 50 times stands in less than a hundredth of all leads, unless it is one of times past, and those few the
 * index finds quickly; of a common word it would have to fetch and sort very many.
 */
export const WALKED = 5_000;

type Condition = RawBuilder<SqlBool>;

/** @returns at most `limit` leads after a place, and whether there are more */
export async function findLeads(
  database: Kysely<PortalTables>,
  scope: Scope,
  filter: LeadFilter,
  { limit, after }: { limit: number; after?: Place | undefined },
): Promise<{ rows: SummaryRow[]; isLast: boolean }> {
  const patterns = filter.search === undefined || filter.search === '' ? [] : searchPatterns(filter.search);
  if (!patterns) return { rows: [], isLast: true };
  const conditions = [
    ...conditionsOf(scope, filter),
    ...(after ? [sql<SqlBool>`(accepted_at, lead_id) < (${after.acceptedAt}, ${after.leadId})`] : []),
  ];
  const matching = patterns.map((pattern) => sql<SqlBool>`search like ${pattern}`);
  const rows = await database.transaction().execute(async (transaction) => {
    await preferIndexes(transaction);
    return matching.length === 0
      ? list(transaction, conditions, limit + 1)
      : search(transaction, conditions, matching, limit + 1);
  });
  return { rows: rows.slice(0, limit), isLast: rows.length <= limit };
}

/** What a filter and a scope ask of a row of `leads`, but for the search. */
function conditionsOf(scope: Scope, filter: LeadFilter): Condition[] {
  const { connectionId, state, from, to, tests } = filter;
  return [
    sql`accepted_at is not null`,
    within(scope, 'leads.publisher_id'),
    ...(connectionId === undefined ? [] : [sql<SqlBool>`leads.connection_id = ${connectionId}`]),
    ...(state === undefined ? [] : [sql<SqlBool>`leads.state = ${sql.lit(state)}`]),
    // Rows that are not settled have an index of their own, which is found by these very words.
    ...(state === undefined || state === 'written' ? [] : [sql<SqlBool>`leads.state <> 'written'`]),
    ...(from === undefined ? [] : [sql<SqlBool>`accepted_at >= ${from}`]),
    ...(to === undefined ? [] : [sql<SqlBool>`accepted_at < ${to}`]),
    ...(tests === 'all' ? [] : [tests === 'true' ? sql<SqlBool>`is_test` : sql<SqlBool>`not is_test`]),
  ];
}

/**
 * Everything that a filter shows, as a condition on `leads`: for whoever goes through all of it rather than by pages.
 */
export function filterCondition(scope: Scope, filter: LeadFilter): Condition {
  const patterns = filter.search === undefined || filter.search === '' ? [] : searchPatterns(filter.search);
  if (!patterns) return sql`false`;
  return all([
    ...conditionsOf(scope, filter),
    ...patterns.map((pattern) => sql<SqlBool>`search like ${pattern}`),
  ]);
}

/** The planner knows little of how common a part of a word is, and compiling takes longer than these queries. */
async function preferIndexes(transaction: Kysely<PortalTables>): Promise<void> {
  await sql`
    select set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true)
  `.execute(transaction);
}

async function list(
  transaction: Kysely<PortalTables>,
  conditions: Condition[],
  limit: number,
): Promise<SummaryRow[]> {
  const { rows } = await sql<SummaryRow>`
    ${summaries(sql`select * from leads where ${all(conditions)} ${NEWEST_FIRST} limit ${limit}`)}
  `.execute(transaction);
  return rows;
}

async function search(
  transaction: Kysely<PortalTables>,
  conditions: Condition[],
  matching: Condition[],
  limit: number,
): Promise<SummaryRow[]> {
  const { rows: found } = await sql<SummaryRow>`
    ${summaries(sql`
      select * from (select * from leads where ${all(conditions)} ${NEWEST_FIRST} limit ${WALKED}) as newest
      where ${all(matching)} ${NEWEST_FIRST} limit ${limit}`)}
  `.execute(transaction);
  if (found.length >= limit) return found;
  const { rows: edges } = await sql<{ accepted_at: Date; lead_id: string }>`
    select accepted_at, lead_id from leads where ${all(conditions)} ${NEWEST_FIRST} offset ${WALKED} limit 1
  `.execute(transaction);
  const [edge] = edges;
  if (!edge) return found;
  const older = sql<SqlBool>`(accepted_at, lead_id) <= (${edge.accepted_at}, ${edge.lead_id})`;
  const { rows: rest } = await sql<SummaryRow>`
    with matching as materialized (
      select * from leads where ${all([...conditions, older, ...matching])}
    )
    ${summaries(sql`select * from matching ${NEWEST_FIRST} limit ${limit - found.length}`)}
  `.execute(transaction);
  return [...found, ...rest];
}

const NEWEST_FIRST = sql`order by accepted_at desc, lead_id desc`;

/** A page's rows with what only the page needs of elsewhere. */
function summaries(leads: RawBuilder<unknown>): RawBuilder<SummaryRow> {
  return sql`
    select ${SUMMARY_COLUMNS} from (${leads}) as leads left join connections using (connection_id)
    order by leads.accepted_at desc, leads.lead_id desc
  `;
}

function all(conditions: Condition[]): Condition {
  return sql.join(conditions, sql` and `);
}
