/** The posts that were kept, as people look at them. */
import type { KeptPost, KeptPostDetail, KeptPosts, KeptPostsWanted } from '@leads/contracts';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import { textOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { claimsOf, type KeptRow, restOf, understoodOf } from './understand-post.ts';

/** A post without its body, which no list shows. */
type ListedRow = Omit<KeptRow, 'body' | 'body_hash' | 'content_type' | 'content_encoding'> & {
  bytes: number;
};

/** A page of posts, the newest first. */
export async function findKeptPosts(
  database: Kysely<GatewayTables>,
  { connectionIds, state, after, limit }: KeptPostsWanted,
): Promise<KeptPosts> {
  let query = database
    .selectFrom('quarantine')
    .select(['post_id', 'connection_id', 'received_at', 'repeats', 'why', 'names', 'state', 'settled_at'])
    .select(['settled_by', 'reason', 'lead_ids', 'found', 'is_ready', 'unpacked_bytes', 'accepted_ids'])
    .select(sql<number>`length(body)`.as('bytes'));
  if (connectionIds) query = query.where('connection_id', '=', sql<string>`any(${connectionIds}::uuid[])`);
  if (state) query = query.where('state', '=', state);
  if (after) {
    const place = sql<boolean>`(received_at, post_id) < (${after.receivedAt}::timestamptz, ${after.postId}::uuid)`;
    query = query.where(place);
  }
  const rows = await query
    .orderBy('received_at', 'desc')
    .orderBy('post_id', 'desc')
    .limit(limit + 1)
    .execute();
  const posts: KeptPost[] = [];
  for (const row of rows.slice(0, limit)) posts.push(await keptPostOf(database, row));
  return { posts, isLast: rows.length <= limit };
}

/** One post with everything that is known of it; `undefined` where there is none. */
export async function findKeptPost(
  database: Kysely<GatewayTables>,
  postId: string,
): Promise<KeptPostDetail | undefined> {
  const row = await findRow(database, postId);
  if (!row) return undefined;
  const post = await keptPostOf(database, { ...row, bytes: row.body.length });
  const { body, content_type: contentType, content_encoding: contentEncoding } = row;
  const rest = restOf(body, claimsOf(row));
  const { all, more, own } = await countAlike(database, row);
  return {
    ...post,
    text: textOf(body, claimsOf(row)),
    body: body.toString('base64'),
    ...(rest && { rest: JSON.stringify(rest.length === 1 ? rest[0] : rest, undefined, 2) }),
    ...(contentType !== null && { contentType }),
    ...(contentEncoding !== null && { contentEncoding }),
    alike: all - own,
    alikeReady: more,
  };
}

export function findRow(database: Kysely<GatewayTables>, postId: string): Promise<KeptRow | undefined> {
  return database.selectFrom('quarantine').selectAll().where('post_id', '=', postId).executeTakeFirst();
}

/** How many wait that are like a post, itself among them while it waits; and of these, how many `may` be settled so. */
export async function countAlike(
  database: Kysely<GatewayTables>,
  row: KeptRow,
  may: RawBuilder<SqlBool> = READY,
): Promise<{ all: number; more: number; own: number }> {
  const { rows } = await sql<{ all: string; more: string; own: string }>`
    select count(*) as all, count(*) filter (where ${may}) as more,
           count(*) filter (where post_id = ${row.post_id}) as own
    from quarantine where ${waitsAlike(row)}
  `.execute(database);
  const [counted] = rows;
  return { all: Number(counted?.all), more: Number(counted?.more), own: Number(counted?.own) };
}

/** What was found in it may become a lead unseen: nothing of the same body was accepted already. */
export const READY = sql<SqlBool>`is_ready and accepted_ids = '{}'`;

/** Those that wait and are like a post. */
export function waitsAlike({
  connection_id: connectionId,
  post_id: postId,
  names,
  why,
}: KeptRow): RawBuilder<SqlBool> {
  const alike =
    names === null
      ? sql`post_id = ${postId}`
      : sql`why = ${why} and md5(names) = md5(${names}) and names = ${names}`;
  return sql<SqlBool>`connection_id = ${connectionId} and state = 'kept' and ${alike}`;
}

async function keptPostOf(database: Kysely<GatewayTables>, row: ListedRow): Promise<KeptPost> {
  const { why, reason, settled_at: settledAt, settled_by: by } = row;
  const { found } = await understoodOf(database, row);
  return {
    postId: row.post_id,
    connectionId: row.connection_id,
    receivedAt: row.received_at.toISOString(),
    ...(why !== null && { why }),
    repeats: row.repeats,
    bytes: row.bytes,
    state: row.state,
    found,
    ...(settledAt !== null && {
      settled: { at: settledAt.toISOString(), by: by ?? '', ...(reason !== null && { reason }) },
    }),
    leadIds: row.lead_ids,
    acceptedIds: row.accepted_ids,
  };
}
