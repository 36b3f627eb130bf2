/** Finds leads among very many, newest first, a page at a time. */
import { CONNECTION_DELETED } from '@leads/contracts';
import type { LeadFilter } from '@leads/contracts/portal-api';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { hitBy } from '../ledger/hit-leads.ts';
import { madeOf } from '../ledger/made-of.ts';
import { searchPatterns, TRIGRAM } from '../ledger/search-text.ts';
import type { PortalTables } from '../tables.ts';
import { SUMMARY_COLUMNS, type SummaryRow } from '../ledger/lead-summary.ts';
import type { Place } from './lead-query.ts';

/** So many of the newest leads are looked through one by one, to see how common is what is searched. */
const PROBED = 500;

/** Found so often among those, it is common: enough for a page is soon found by looking on. */
const COMMON = PROBED / 100;

/**
 * So many are looked through one by one where that is promising. What is not found often enough among them is in few
 * leads, unless in times past, and those few the index of trigrams finds quickly; of a common word it would have to
 * fetch and sort very many.
 */
const WALKED = 20_000;

/** Where there are no more leads than that, to look through all of them costs no more than to ask the index. */
const SMALL = 3_000;

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
  const isNarrow = scope !== 'everybody' || filter.connectionId !== undefined;
  const isAsked = isNarrow && (patterns.length > 0 || filter.connectionId !== undefined);
  const size = isAsked ? await sizeOf(database, scope, filter) : Infinity;
  if (size === 0) return { rows: [], isLast: true };
  const wanted = { patterns, limit: limit + 1 };
  const rows =
    patterns.length === 0
      ? await walk(database, conditions, wanted)
      : await search(database, conditions, { ...wanted, isSmall: size <= SMALL });
  return { rows: rows.slice(0, limit), isLast: rows.length <= limit };
}

/**
 * About how many leads there are among which to find some, as far as that is quickly known: 0 for a connection of
 * another publisher, whose leads would all be looked through for nothing.
 */
async function sizeOf(
  database: Kysely<PortalTables>,
  scope: Scope,
  { connectionId, tests }: LeadFilter,
): Promise<number> {
  if (scope === 'everybody' && connectionId === undefined) return Infinity;
  const { rows } = await sql<{ known: number; accepted: number }>`
    select count(*)::int as known, coalesce(sum(accepted - written_gone - removed), 0)::float8 as accepted
    from connections left join totals using (connection_id)
    where ${within(scope, 'connections.publisher_id')}
      and ${connectionId === undefined ? sql`true` : sql`connections.connection_id = ${connectionId}`}
  `.execute(database);
  const { known = 0, accepted = 0 } = rows[0] ?? {};
  if (known === 0) return scope === 'everybody' ? Infinity : 0;
  // Tests are counted nowhere, and few.
  return tests === undefined ? Math.max(1, accepted) : Infinity;
}

/** What each part of a filter asks of a row of `leads`; one that is forgotten here does not compile. */
const CONDITIONS: { [Part in keyof Required<LeadFilter>]: (value: LeadFilter[Part]) => Condition[] } = {
  // Its patterns are looked for in ways of their own.
  search: () => [],
  connectionId: (id) => (id === undefined ? [] : [sql`leads.connection_id = ${id}`]),
  state: (state) => [
    ...(state === undefined ? [] : [sql<SqlBool>`leads.state = ${sql.lit(state)}`]),
    // Rows that are not settled have an index of their own, which is found by these very words.
    ...(state === undefined || state === 'written' ? [] : [sql<SqlBool>`leads.state <> 'written'`]),
  ],
  from: (from) => (from === undefined ? [] : [sql`accepted_at >= ${from}`]),
  to: (to) => (to === undefined ? [] : [sql`accepted_at < ${to}`]),
  incidentId: (id) => (id === undefined ? [] : [hitBy(id)]),
  rescuable: (rescuable) =>
    rescuable === undefined
      ? []
      : [
          sql`leads.state = 'dead'`,
          sql`leads.state <> 'written'`,
          sql`leads.reason ->> 'cause' = ${CONNECTION_DELETED}`,
          sql`${madeOf('deleted-connection', sql.ref('leads.lead_id'))} is null`,
        ],
  tests: (tests) => (tests === 'all' ? [] : [tests === 'true' ? sql`is_test` : sql`not is_test`]),
};

/** What a filter and a scope ask of a row of `leads`, but for the search. */
function conditionsOf(scope: Scope, filter: LeadFilter): Condition[] {
  const asked = <Part extends keyof LeadFilter>(part: Part): Condition[] => CONDITIONS[part](filter[part]);
  const parts = Object.keys(CONDITIONS) as (keyof LeadFilter)[];
  return [sql`accepted_at is not null`, within(scope, 'leads.publisher_id'), ...parts.flatMap(asked)];
}

/**
 * Everything that a filter shows, as a condition on `leads`: for whoever goes through all of it rather than by pages.
 */
export function filterCondition(scope: Scope, filter: LeadFilter): Condition {
  const patterns = filter.search === undefined || filter.search === '' ? [] : searchPatterns(filter.search);
  if (!patterns) return sql`false`;
  return all([...conditionsOf(scope, filter), ...patterns.map(like)]);
}

interface Wanted {
  /** For LIKE, all of them; none where nothing is searched. */
  patterns: readonly string[];
  limit: number;
}

/** Looks through leads one by one, newest first: through the `among` newest where that is told. */
async function walk(
  database: Kysely<PortalTables>,
  conditions: Condition[],
  { patterns, limit }: Wanted,
  among?: number,
): Promise<SummaryRow[]> {
  const newest = sql`select * from leads where ${all(conditions)} ${NEWEST_FIRST} limit ${among ?? limit}`;
  const found =
    patterns.length === 0
      ? newest
      : sql`select * from (${newest}) as newest where ${all(patterns.map(like))} ${NEWEST_FIRST} limit ${limit}`;
  const { rows } = await summaries(found).execute(database);
  return rows;
}

async function search(
  database: Kysely<PortalTables>,
  conditions: Condition[],
  { isSmall, ...wanted }: Wanted & { isSmall: boolean },
): Promise<SummaryRow[]> {
  const probed = await walk(database, conditions, wanted, PROBED);
  if (probed.length >= wanted.limit) return probed;
  if (isSmall || probed.length >= COMMON) {
    const walked = await walk(database, conditions, wanted, WALKED);
    if (isSmall || walked.length >= wanted.limit) return walked;
  }
  return askIndex(database, conditions, wanted);
}

/** In a transaction for its settings: the planner takes parts of words for commoner than they are. */
function askIndex(
  database: Kysely<PortalTables>,
  conditions: Condition[],
  { patterns, limit }: Wanted,
): Promise<SummaryRow[]> {
  return database.transaction().execute(async (transaction) => {
    await sql`select set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true)`.execute(
      transaction,
    );
    const { rows } = await sql<SummaryRow>`
      with matching as materialized (
        select lead_id, accepted_at from leads where ${all([...conditions, ...patterns.flatMap(indexed)])}
      )
      ${summaries(sql`
        select leads.* from (select * from matching ${NEWEST_FIRST} limit ${limit}) as newest join leads using (lead_id)`)}
    `.execute(transaction);
    return rows;
  });
}

function like(pattern: string): Condition {
  return sql`search like ${pattern}`;
}

/**
 * A pattern as conditions that the index answers quickly: the longest word first, for it is likely to be the rarest,
 * and what it leaves is soon compared with the others. That the words stand together is seen in what was found.
 */
function indexed(pattern: string): Condition[] {
  const words = pattern
    .replaceAll('%', '')
    .trim()
    .split(' ')
    .filter((word) => word.length >= TRIGRAM)
    .sort((one, other) => other.length - one.length);
  if (words.length < 2) return [like(pattern)];
  return [...words.map((word) => like(`%${word}%`)), sql<SqlBool>`(search || '') like ${pattern}`];
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
