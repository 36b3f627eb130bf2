/** Keeps a post from which no lead could be read, byte for byte, and tells of it. */
import { createHash, randomUUID } from 'node:crypto';
import { alertOf, type Fragments, type NotUnderstood, topics } from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import { fragmentsOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { quarantineWords } from './quarantine-words.ts';

/** What one address may have kept within an hour; whoever knows it cannot fill the database. */
export interface QuarantineCaps {
  bodies: number;
  bytes: number;
}

/** What is kept of a post that was not understood: its bytes, what was said of them, and why. */
export interface QuarantinedPost {
  connectionId: string;
  body: Buffer;
  receivedAt: Date;
  why: NotUnderstood;
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
}

/** The cause of what is told of posts that were kept. */
export const QUARANTINED = { trouble: 'posts-quarantined', cause: 'no-lead-recognised' } as const;

/** By which posts are alike: the names of all fields that were found. */
export function namesOf({ names }: Pick<Fragments, 'names'>): string {
  return names.join(' ').slice(0, LONGEST_NAMES);
}

const LONGEST_NAMES = 10_000;

/**
 * Keeps a body; a repeat of it is only counted, and so is what comes beyond the caps of the last hour. One that was
 * settled a day ago is kept anew: whoever decided of it did not know that it would come again.
 * @returns whether these bytes are kept, now or from before
 */
export async function keepPost(
  database: Kysely<GatewayTables>,
  kept: QuarantinedPost,
  caps: QuarantineCaps,
): Promise<{ isKept: boolean }> {
  const { connectionId, body, receivedAt, why, contentType = null, contentEncoding = null } = kept;
  const fragments = fragmentsOf(body, kept);
  const alert = outboxRow(
    topics.alerts,
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at: receivedAt, transition: 'triggered' },
      ...{ ...QUARANTINED, ...quarantineWords(why, fragments) },
    }),
  );
  const { rows } = await sql<{ is_kept: boolean }>`
    with recent as (
      select count(*) as bodies, coalesce(sum(length(body)), 0) as bytes from quarantine
      where connection_id = ${connectionId} and received_at > ${receivedAt}::timestamptz - interval '1 hour'
    ), kept as (
      insert into quarantine as known
        (connection_id, body_hash, body, received_at, why, content_type, content_encoding, names)
      select ${connectionId}::uuid, ${createHash('sha256').update(body).digest()}::bytea, ${body}::bytea,
             ${receivedAt}::timestamptz, ${why}, ${contentType}::text, ${contentEncoding}::text,
             ${namesOf(fragments)}
      from recent where bodies < ${caps.bodies} and bytes + ${body.length}::int <= ${caps.bytes}
      on conflict (connection_id, body_hash) do update
        set (post_id, received_at, state, settled_at, settled_by, reason, lead_ids, repeats) = (
          select gen_random_uuid(), excluded.received_at, 'kept', null::timestamptz, null, null, '{}'::uuid[], 0
          where known.settled_at < excluded.received_at - interval '1 day'
          union all
          select known.post_id, known.received_at, known.state, known.settled_at, known.settled_by, known.reason,
                 known.lead_ids, known.repeats + 1
          where known.settled_at < excluded.received_at - interval '1 day' is not true
        )
      returning repeats
    ), beyond as (
      insert into quarantine_overflow as known (connection_id, hour, posts, bytes)
      select ${connectionId}::uuid, date_trunc('hour', ${receivedAt}::timestamptz), 1, ${body.length}::int
      where not exists (select 1 from kept)
      on conflict (connection_id, hour) do update set posts = known.posts + 1, bytes = known.bytes + excluded.bytes
    ), told as (
      insert into outbox (topic, key, value)
      select ${alert.topic}, ${alert.key}, ${alert.value} from kept where repeats = 0
    )
    select exists (select 1 from kept) as is_kept
  `.execute(database);
  return { isKept: rows[0]?.is_kept === true };
}
