/** Keeps a post from which no lead could be read, byte for byte, and tells of it. */
import { createHash, randomUUID } from 'node:crypto';
import { alertOf, type NotUnderstood, topics } from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { GatewayTables } from '../tables.ts';
import { quarantineWords } from './quarantine-words.ts';
import { understand } from './understand-post.ts';

/** What one address may have kept within an hour, in bytes unpacked; whoever knows it cannot fill the database. */
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
  /** The leads that were accepted of the same body. */
  acceptedIds?: readonly string[];
}

/** The cause of what is told of posts that were kept. */
export const QUARANTINED = { trouble: 'posts-quarantined', cause: 'no-lead-recognised' } as const;

/** By which posts are alike: the names of all fields that were found. */
function namesOf(names: readonly string[]): string {
  return names.join(' ').slice(0, LONGEST_NAMES);
}

const LONGEST_NAMES = 10_000;

/** Those of each time it came: after its window a lead that comes again is another. */
const ALL_ACCEPTED = 'array(select distinct unnest(known.accepted_ids || excluded.accepted_ids) limit 200)';

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
  const { acceptedIds = [] } = kept;
  const { found, names, isReady, unpackedBytes } = understand(body, kept);
  const alert = outboxRow(
    topics.alerts,
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at: receivedAt, transition: 'triggered' },
      ...{ ...QUARANTINED, ...quarantineWords(why, { lead: found, names }) },
    }),
  );
  const { rows } = await sql<{ is_kept: boolean }>`
    with recent as (
      select count(*) as bodies, coalesce(sum(coalesce(unpacked_bytes, length(body))), 0) as bytes from quarantine
      where connection_id = ${connectionId} and received_at > ${receivedAt}::timestamptz - interval '1 hour'
    ), kept as (
      insert into quarantine as known
        (connection_id, body_hash, body, received_at, why, content_type, content_encoding, names, found, is_ready,
         unpacked_bytes, accepted_ids)
      select ${connectionId}::uuid, ${createHash('sha256').update(body).digest()}::bytea, ${body}::bytea,
             ${receivedAt}::timestamptz, ${why}, ${contentType}::text, ${contentEncoding}::text,
             ${namesOf(names)}, ${JSON.stringify(found)}::json, ${isReady}::boolean, ${unpackedBytes}::int,
             ${acceptedIds}::uuid[]
      from recent where bodies < ${caps.bodies} and bytes + ${unpackedBytes}::int <= ${caps.bytes}
      on conflict (connection_id, body_hash) do update
        set (post_id, received_at, state, settled_at, settled_by, reason, lead_ids, accepted_ids, repeats) = (
          select gen_random_uuid(), excluded.received_at, 'kept', null::timestamptz, null, null, '{}'::uuid[],
                 excluded.accepted_ids, 0
          where known.settled_at < excluded.received_at - interval '1 day'
          union all
          select known.post_id, known.received_at, known.state, known.settled_at, known.settled_by, known.reason,
                 known.lead_ids, ${sql.raw(ALL_ACCEPTED)}, known.repeats + 1
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
