/** What is permitted to whom, as this process knows it: lanes and Validates that share an identity share its limits. */
import { createHash } from 'node:crypto';
import type { Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { Destination } from '../destination.ts';
import type { DeliveryTables } from '../tables.ts';
import type { Identity } from './lane.ts';
import { notifyLanes } from './lane-notice.ts';
import { Limits } from './limits.ts';

/** What the database knows of an identity. */
interface Shared {
  sharedBy: string;
  /** How many instances hold lanes of it. */
  instances: number;
  heldForMs: number | null;
  liftedAt: Date | null;
}

/** What this process knows of an identity. */
interface Known {
  limits: Limits;
  identity: Identity;
  /** When a person last lifted what was known, as far as that was heard of here; in milliseconds since the epoch. */
  liftedAt: number;
}

/** One for each process. What a destination asks for is written down at once, for restarts and for other instances. */
export class KnownLimits {
  private readonly known = new Map<string, Known>();
  private readonly writing = new Set<Promise<unknown>>();

  constructor(
    private readonly database: Kysely<DeliveryTables>,
    private readonly destination: Pick<Destination, 'sharedBy' | 'firstAtATime' | 'usualLimit' | 'lifted'>,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** The limits that this connection's requests keep to. */
  of(connection: Identity): Limits {
    return this.knownOf(connection).limits;
  }

  /** Marks the lanes of this instance with whom they share, and forgets whom nobody here needs any more. */
  async share(held: readonly Identity[]): Promise<void> {
    const ids = held.map(({ connectionId }) => connectionId);
    const words = held.map((connection) => this.sharedBy(connection));
    await sql`
      update lanes set shared_by = mine.shared_by
      from unnest(${ids}::uuid[], ${words}::text[]) as mine (connection_id, shared_by)
      where lanes.connection_id = mine.connection_id and lanes.shared_by is distinct from mine.shared_by
    `.execute(this.database);
    await this.learn();
    const inUse = new Set(words);
    for (const [word, { limits }] of this.known)
      if (!inUse.has(word) && limits.isIdle(Date.now())) this.known.delete(word);
  }

  /** Takes what other instances know, and what a person has lifted through any of them. */
  async learn(): Promise<void> {
    for (const { sharedBy, instances, heldForMs, liftedAt } of await readShared(this.database, [
      ...this.known.keys(),
    ])) {
      const known = this.known.get(sharedBy);
      if (!known) continue;
      known.limits.shareAmong(instances);
      if (liftedAt) this.forget(known, liftedAt);
      if (heldForMs) known.limits.holdUntil(Date.now() + heldForMs);
    }
  }

  /** A person wants to know: what was learned of this identity before counts no more, in any instance. */
  async lift(connection: Identity): Promise<void> {
    const known = this.knownOf(connection);
    const connectionIds = [connection.connectionId];
    const liftedAt = await this.database.transaction().execute(async (transaction) => {
      await notifyLanes(transaction, { news: 'changed', connectionIds });
      return liftWaits(transaction, connectionIds);
    });
    this.forget(known, liftedAt);
  }

  /** Resolves once everything that was asked for is written down. */
  async written(): Promise<void> {
    await Promise.all(this.writing);
  }

  private knownOf(identity: Identity): Known {
    const sharedBy = this.sharedBy(identity);
    let known = this.known.get(sharedBy);
    if (!known) {
      const limits = new Limits(
        this.destination.firstAtATime,
        (until) => this.write(identity, sharedBy, until),
        this.destination.usualLimit,
      );
      known = { limits, identity, liftedAt: -Infinity };
      this.known.set(sharedBy, known);
    }
    return known;
  }

  private forget(known: Known, liftedAt: Date): void {
    if (liftedAt.getTime() <= known.liftedAt) return;
    known.liftedAt = liftedAt.getTime();
    known.limits.lift();
    this.destination.lifted?.(known.identity, liftedAt);
  }

  /** The word under which lanes of one identity find each other in the database. */
  private sharedBy(connection: Identity): string {
    const word = this.destination.sharedBy?.(connection) ?? connection.connectionId;
    return createHash('sha256').update(word).digest('hex');
  }

  private write({ connectionId }: Identity, sharedBy: string, until: number): void {
    const writing = sql`
      update lanes set held_until = greatest(held_until, now() + ${until - Date.now()}::float8 * interval '1 millisecond')
      where connection_id = ${connectionId} or shared_by = ${sharedBy}
    `
      .execute(this.database)
      .catch((error: unknown) => {
        this.log.warn({ error, connectionId }, 'a wait that was asked for could not be written down');
      })
      .finally(() => this.writing.delete(writing));
    this.writing.add(writing);
  }
}

/**
 * A person acts: forgets the waits that were asked for, of these connections and of those that share with them, and
 * marks them, so that every instance forgets what it remembers besides.
 * @returns when that was
 */
export async function liftWaits(database: Kysely<DeliveryTables>, connectionIds: string[]): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    with lifted as (
      update lanes set held_until = null,
        lifted_at = case when connection_id = any(${connectionIds}::uuid[]) then now() else lifted_at end
      where connection_id = any(${connectionIds}::uuid[]) or held_until is not null and shared_by in (
        select shared_by from lanes where connection_id = any(${connectionIds}::uuid[]))
    )
    select now() as at
  `.execute(database);
  return rows[0]?.at ?? new Date();
}

/** Of each of these identities: who has lanes of it, until when they are asked to wait, and when a person lifted that. */
async function readShared(database: Kysely<DeliveryTables>, words: string[]): Promise<Shared[]> {
  const { rows } = await sql<Shared>`
    select shared_by as "sharedBy", count(distinct owner) filter (where leased_until > now())::int as instances,
           extract(epoch from max(held_until) filter (where held_until > now()) - now())::float8 * 1000 as "heldForMs", max(lifted_at) as "liftedAt"
    from lanes where shared_by = any(${words}::text[])
    group by shared_by
  `.execute(database);
  return rows;
}
