/** The relay: takes committed events out of the outbox and publishes them, at least once, until stopped. */
import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '@leads/contracts';
import { Doorbell } from '@leads/pacing';
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { RefusedEvent, WithOutbox } from './outbox.ts';
import { publishApart } from './publish-apart.ts';

/** An event as it leaves the outbox. */
export interface OutboxEvent {
  topic: string;
  key: string;
  value: string;
}

export interface RelayOptions<Tables> {
  /** Resolves once the broker has acknowledged every event; all of them are of one topic. */
  publish: (events: OutboxEvent[]) => Promise<void>;
  /** Why at least one of the events can never be published as it is; nothing where trying again may do. */
  refusalOf?: (error: unknown) => string | undefined;
  /** Tells of events that were put aside, in the transaction that does so. */
  onRefused?: (transaction: Transaction<Tables>, events: RefusedEvent[]) => Promise<void>;
  onError: (error: unknown) => void;
  /** The most events taken in one go. */
  batchSize?: number;
  /** How long to wait before looking again without having been woken, in milliseconds. */
  idleMs?: number;
  /** How long more events are waited for after several went at once, in milliseconds. */
  gatherMs?: number;
  /** How long to wait after a failure, in milliseconds: a topic that failed is left alone for so long. */
  retryMs?: number;
}

type Row = OutboxEvent & { id: number };

/** So many events at once are a flow: what follows within milliseconds costs a fraction when it goes together. */
const FLOW = 8;

const COMPACTED = Object.values(topics)
  .filter(({ retention }) => retention.policy === 'compact')
  .map(({ name }) => name);

/**
 * Moves events from a service's outbox to Kafka. Any number of instances may run: each claims rows that no other
 * holds, publishes them and deletes them in one transaction, so a crash in between publishes them again.
 *
 * A topic that does not take its events holds up no other, and an event that is refused for good is put aside into
 * `outbox_refused`. Of a compacted topic, which keeps the record that came last, one relay at a time moves events:
 * another's second try could otherwise leave an older value behind a newer one.
 */
export class OutboxRelay<Tables extends WithOutbox> {
  private stopping = false;
  private readonly bell = new Doorbell();
  private loop: Promise<void> | undefined;
  /** Until when a topic is left alone, on the clock of `performance.now()`. */
  private readonly held = new Map<string, number>();

  constructor(
    private readonly database: Kysely<Tables>,
    private readonly options: RelayOptions<Tables>,
  ) {}

  start(): void {
    this.loop ??= this.run();
  }

  /** Tells the relay that something was committed, so that it need not wait for its next look. */
  wake(): void {
    this.bell.ring();
  }

  /** Ends after the batch under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { batchSize = 500, idleMs = 500, gatherMs = 20, retryMs = 1_000, onError } = this.options;
    while (!this.stopping) {
      this.bell.answer();
      try {
        const claimed = await this.moveBatch(batchSize, retryMs);
        if (claimed >= batchSize) continue;
        if (claimed >= FLOW) await pause(gatherMs);
        else await this.bell.sleep(this.held.size > 0 ? Math.min(idleMs, retryMs) : idleMs);
      } catch (error) {
        onError(error);
        this.bell.answer();
        await this.bell.sleep(retryMs);
      }
    }
  }

  /** @returns how many events it looked at */
  private async moveBatch(batchSize: number, retryMs: number): Promise<number> {
    for (const [topic, until] of this.held) if (until <= performance.now()) this.held.delete(topic);
    const { refusalOf = () => undefined, onRefused, onError, publish } = this.options;
    return this.database.transaction().execute(async (transaction) => {
      const rows = await claim(transaction, batchSize, [...this.held.keys()]);
      if (rows.length === 0) return 0;
      // Inside the transaction: rows go only once the broker has acknowledged them.
      const outcomes = await Promise.all(
        [...Map.groupBy(rows, ({ topic }) => topic)].map(async ([topic, events]) => {
          const outcome = await publishApart(events, publish, refusalOf);
          if (outcome.failure !== undefined) {
            this.held.set(topic, performance.now() + retryMs);
            onError(outcome.failure);
          }
          return outcome;
        }),
      );
      const refused = outcomes.flatMap((outcome) => outcome.refused);
      if (refused.length > 0) {
        await putAside(transaction, refused);
        await onRefused?.(transaction, refused);
      }
      const done = [...outcomes.flatMap(({ published }) => published), ...refused].map(({ id }) => id);
      if (done.length > 0)
        await sql`delete from outbox where id = any(${done}::bigint[])`.execute(transaction);
      return rows.length;
    });
  }
}

/**
 * Claimed by lock, not by "id > last": a transaction that commits late would be skipped for ever. The lock is taken by
 * whoever first meets an event of a compacted topic, and held until the end of the transaction.
 */
async function claim<Tables>(transaction: Transaction<Tables>, most: number, held: string[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    with lock as materialized (select from outbox_lock for update skip locked)
    select id, topic, key, value from outbox
    where topic <> all(${held}::text[]) and (topic <> all(${COMPACTED}::text[]) or exists (select from lock))
    order by id limit ${most} for update of outbox skip locked
  `.execute(transaction);
  return rows;
}

async function putAside<Tables>(transaction: Transaction<Tables>, refused: RefusedEvent[]): Promise<void> {
  await sql`
    insert into outbox_refused (id, topic, key, value, created_at, reason)
    select id, topic, key, value, created_at, reason
    from outbox join unnest(${refused.map(({ id }) => id)}::bigint[], ${refused.map(({ reason }) => reason)}::text[])
      as refused (id, reason) using (id)
  `.execute(transaction);
}
