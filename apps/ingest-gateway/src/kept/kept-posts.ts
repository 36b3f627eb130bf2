/** The posts that were kept, as people look at them. */
import {
  type KeptPost,
  type KeptPostDetail,
  type KeptPosts,
  type KeptPostsWanted,
  readLeads,
} from '@leads/contracts';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { BodyClaims } from '../decode-body.ts';
import { fragmentsOf, textOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { asBody } from './correction.ts';

export type KeptRow = Selectable<GatewayTables['quarantine']>;

/** So many posts are looked through for those alike. */
export const MOST_ALIKE = 500;

/** A page of posts, the newest first. */
export async function findKeptPosts(
  database: Kysely<GatewayTables>,
  { connectionIds, state, after, limit }: KeptPostsWanted,
): Promise<KeptPosts> {
  let query = database.selectFrom('quarantine').selectAll();
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
  return { posts: rows.slice(0, limit).map(keptPostOf), isLast: rows.length <= limit };
}

/** One post with everything that is known of it; `undefined` where there is none. */
export async function findKeptPost(
  database: Kysely<GatewayTables>,
  postId: string,
): Promise<KeptPostDetail | undefined> {
  const row = await database
    .selectFrom('quarantine')
    .selectAll()
    .where('post_id', '=', postId)
    .executeTakeFirst();
  if (!row) return undefined;
  const others = (await findAlike(database, row)).filter(({ post_id: id }) => id !== postId);
  const { body, content_type: contentType, content_encoding: contentEncoding } = row;
  return {
    ...keptPostOf(row),
    text: textOf(body, claimsOf(row)),
    body: body.toString('base64'),
    ...(contentType !== null && { contentType }),
    ...(contentEncoding !== null && { contentEncoding }),
    alike: others.length,
    alikeReady: [row, ...others].filter(isReady).length,
  };
}

/** The posts that wait and are like this one, itself among them while it waits. */
export function findAlike(database: Kysely<GatewayTables>, row: KeptRow): Promise<KeptRow[]> {
  const query = database
    .selectFrom('quarantine')
    .selectAll()
    .where('connection_id', '=', row.connection_id)
    .where('state', '=', 'kept');
  const alike =
    row.names === null
      ? query.where('post_id', '=', row.post_id)
      : query.where('why', '=', row.why).where('names', '=', row.names);
  return alike.orderBy('received_at').orderBy('post_id').limit(MOST_ALIKE).execute();
}

/** Whether what was found in it makes a lead that says who it is about. */
export function isReady(row: KeptRow): boolean {
  const { lead } = fragmentsOf(row.body, claimsOf(row));
  const { firstName, lastName, email, phone, company } = lead.customer;
  const hasSomebody = [firstName, lastName, email, phone, company].some((text) => text !== '');
  return hasSomebody && readLeads(asBody(lead)).kind === 'leads';
}

/** What the sender said of a body. */
export function claimsOf(row: Pick<KeptRow, 'content_type' | 'content_encoding'>): BodyClaims {
  return {
    contentType: row.content_type ?? undefined,
    contentEncoding: row.content_encoding ?? undefined,
  };
}

function keptPostOf(row: KeptRow): KeptPost {
  const { why, reason, settled_at: settledAt, settled_by: by } = row;
  return {
    postId: row.post_id,
    connectionId: row.connection_id,
    receivedAt: row.received_at.toISOString(),
    ...(why !== null && { why }),
    repeats: row.repeats,
    bytes: row.body.length,
    state: row.state,
    found: fragmentsOf(row.body, claimsOf(row)).lead,
    ...(settledAt !== null && {
      settled: { at: settledAt.toISOString(), by: by ?? '', ...(reason !== null && { reason }) },
    }),
    leadIds: row.lead_ids,
  };
}
