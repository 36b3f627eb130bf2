/** Takes records that were put aside once more, where a person asked for that: whichever instance is free, each once. */
import { type KeptHeader, readHeaders, type WithUndecodable } from '@leads/database';
import type { KafkaTransport, KeptRecord } from '@leads/kafka';
import { Rounds, SECOND_MS } from '@leads/pacing';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { Counter } from 'prom-client';
import type { Logger } from '../log.ts';

const LOOK_EVERY_MS = 5 * SECOND_MS;

/** Records that are taken in one transaction. */
const AT_A_TIME = 100;

const counter = new Counter({
  name: 'records_put_back_total',
  help: 'Records that had been put aside and that this process has taken, because a person asked for it.',
  labelNames: ['topic'] as const,
});

/** One that was put aside and still is not taken, and why. */
interface StillAside {
  partition: number;
  offset: string;
  reason: string;
}

/** Takes records of one topic once more. @returns those that it does not take this time either */
export type TakeAgain = (records: readonly KeptRecord[]) => Promise<readonly StillAside[]>;

interface Row {
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: string | null;
  at: Date;
}

export class PutBack implements BeforeApplicationShutdown {
  private readonly rounds: Rounds;
  private readonly others = new Map<string, TakeAgain>();

  constructor(
    private readonly database: Kysely<WithUndecodable>,
    private readonly transports: readonly Pick<KafkaTransport, 'takes' | 'takeAgain'>[],
    private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {
    this.rounds = new Rounds((signal) => this.takeAll(signal), {
      everyMs: LOOK_EVERY_MS,
      firstMs: LOOK_EVERY_MS,
      onError: (error) =>
        log.warn({ error }, 'records that are to be put back could not be looked for; it is tried again'),
    });
  }

  /** Of what is no topic, but is put aside like one. */
  alsoTakes(name: string, takeAgain: TakeAgain): void {
    this.others.set(name, takeAgain);
  }

  /** Once the transports listen: what they take is known from then on. */
  start(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /** Everything that is asked for; a topic whose records cannot be taken now holds up no other. */
  async takeAll(signal: AbortSignal): Promise<void> {
    const { rows } = await sql<{ topic: string }>`
      select distinct topic from undecodable where put_back_at is not null
    `.execute(this.database);
    for (const { topic } of rows) {
      try {
        while (!signal.aborted && (await this.takeSome(topic)) > 0);
      } catch (error) {
        this.log.warn(
          { error, topic },
          'records could not be put back; they stay aside, and it is tried again',
        );
      }
    }
  }

  /** @returns how many it has decided of */
  private takeSome(topic: string): Promise<number> {
    return this.database.transaction().execute(async (transaction) => {
      const { rows } = await sql<Row>`
        select partition, record_offset as "offset", key, value, headers, coalesce(record_at, kept_at) as at
        from undecodable where topic = ${topic} and put_back_at is not null
        order by partition, length(record_offset), record_offset limit ${AT_A_TIME} for update skip locked
      `.execute(transaction);
      if (rows.length === 0) return 0;
      const aside = await this.takerOf(topic)(rows.map(keptRecord));
      await keepAside(transaction, topic, aside);
      const still = new Set(aside.map(placeOf));
      const taken = rows.filter((row) => !still.has(placeOf(row)));
      await remove(transaction, topic, taken);
      counter.inc({ topic }, taken.length);
      this.log.info({ topic, taken: taken.length, aside: aside.length }, 'records were put back');
      return rows.length;
    });
  }

  private takerOf(topic: string): TakeAgain {
    const transport = this.transports.find((candidate) => candidate.takes(topic));
    if (transport) return (records) => transport.takeAgain(topic, records);
    const reason = 'This version of the service takes no records of this topic.';
    return (
      this.others.get(topic) ??
      ((records) => Promise.resolve(records.map((record) => ({ ...record, reason }))))
    );
  }
}

function keptRecord({ headers, at: timestamp, ...record }: Row): KeptRecord {
  return { ...record, timestamp, headers: readHeaders(headers) satisfies KeptHeader[] };
}

function placeOf({ partition, offset }: Pick<Row, 'partition' | 'offset'>): string {
  return `${partition}@${offset}`;
}

async function keepAside(
  transaction: Kysely<WithUndecodable>,
  topic: string,
  aside: readonly StillAside[],
): Promise<void> {
  await sql`
    update undecodable set put_back_at = null, reason = still.reason
    from unnest(${aside.map(({ partition }) => partition)}::int[], ${aside.map(({ offset }) => offset)}::text[],
                ${aside.map(({ reason }) => reason)}::text[]) as still (partition, record_offset, reason)
    where topic = ${topic} and undecodable.partition = still.partition
      and undecodable.record_offset = still.record_offset
  `.execute(transaction);
}

async function remove(
  transaction: Kysely<WithUndecodable>,
  topic: string,
  taken: readonly Pick<Row, 'partition' | 'offset'>[],
): Promise<void> {
  await sql`
    delete from undecodable
    using unnest(${taken.map(({ partition }) => partition)}::int[], ${taken.map(({ offset }) => offset)}::text[])
      as taken (partition, record_offset)
    where topic = ${topic} and undecodable.partition = taken.partition
      and undecodable.record_offset = taken.record_offset
  `.execute(transaction);
}
