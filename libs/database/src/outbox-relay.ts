/** The relay: takes committed events out of the outbox and publishes them, at least once, until stopped. */
import { Doorbell } from '@leads/pacing';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { WithOutbox } from './outbox.ts';

/** An event as it leaves the outbox. */
export interface OutboxEvent {
  topic: string;
  key: string;
  value: string;
}

export interface RelayOptions {
  /** Resolves once the broker has acknowledged every event. */
  publish: (events: OutboxEvent[]) => Promise<void>;
  onError: (error: unknown) => void;
  /** The most events taken in one go. */
  batchSize?: number;
  /** How long to wait before looking again without having been woken, in milliseconds. */
  idleMs?: number;
  /** How long to wait after a failure, in milliseconds. */
  retryMs?: number;
}

/**
 * Moves events from a service's outbox to Kafka. Any number of instances may run: each claims rows that no other
 * holds, publishes them and deletes them in one transaction, so a crash in between publishes them again.
 */
export class OutboxRelay<Tables extends WithOutbox> {
  private stopping = false;
  private readonly bell = new Doorbell();
  private loop: Promise<void> | undefined;

  constructor(
    private readonly database: Kysely<Tables>,
    private readonly options: RelayOptions,
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
    const { batchSize = 500, idleMs = 500, retryMs = 1_000, onError } = this.options;
    while (!this.stopping) {
      this.bell.answer();
      try {
        const moved = await this.moveBatch(batchSize);
        if (moved < batchSize) await this.bell.sleep(idleMs);
      } catch (error) {
        onError(error);
        this.bell.answer();
        await this.bell.sleep(retryMs);
      }
    }
  }

  private moveBatch(batchSize: number): Promise<number> {
    return this.database.transaction().execute(async (transaction) => {
      // Claimed by lock, not by "id > last": a transaction that commits late would be skipped for ever.
      const { rows } = await sql<OutboxEvent>`
        with claimed as (
          select id from outbox order by id limit ${batchSize} for update skip locked
        ), taken as (
          delete from outbox using claimed where outbox.id = claimed.id
          returning outbox.id, topic, key, value
        )
        select topic, key, value from taken order by id
      `.execute(transaction);
      // Inside the transaction: the rows are gone only if the broker has acknowledged them.
      if (rows.length > 0) await this.options.publish(rows);
      return rows.length;
    });
  }
}
