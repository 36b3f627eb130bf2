/** Validates come in from the topic, wait in rows, and are brought to their end by whichever instance is free. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Controller,
  Inject,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Mapping, type Reason, topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { Doorbell } from '@leads/pacing';
import { DATABASE, LOG, type Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import { notifyLanes } from './lane-notice.ts';
import type { WriterTables } from './tables.ts';
import type { AskedFor, Validated } from './validate-connection.ts';
import { BROKE_OFF, CONNECTION_DELETED, CONNECTION_UNKNOWN, OUT_OF_TIME } from './validation-findings.ts';

/** The second half of a Validate, in either of its forms: both end with the step `validate`, `finished`. */
export interface SecondHalf {
  /** Makes it. Once the signal is given nothing more is told of it. */
  make: (validationId: string, connection: Validated, signal: AbortSignal) => Promise<void>;
  /** Ends one that cannot be made, or not any further. */
  fail: (asked: AskedFor, why: Reason) => Promise<void>;
}
export const SECOND_HALF = Symbol('second half of a Validate');

/** However it goes, a Validate is over so long after its first half, in milliseconds. */
const OVER_MS = 5 * 60_000;

/** How long to wait for the event of a connection that is not known here, in milliseconds. */
const UNKNOWN_MS = 30_000;

/** A Validate not held on to for so long is free for others, in milliseconds: whoever had it is dead. */
const HELD_MS = 20_000;

/** One that broke off is begun anew so much later, in milliseconds; that often at most. */
const AGAIN_MS = 5_000;
const MOST_BEGUN = 5;

/** How long an instance that ends may finish its Validates, in milliseconds. */
const FINISH_WITHIN_MS = 5_000;

const LOOK_MS = 1_000;
const AT_A_TIME = 4;

/** A Validate that this instance has taken, with what is known of its connection and how long it may take. */
interface Taken extends AskedFor {
  state: string | null;
  organization: string;
  secretVersion: number;
  /** A `Mapping` as JSON. */
  mapping: string | null;
  leftMs: number;
  begun: number;
}

@Controller()
export class RunValidations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly bell = new Doorbell();
  private readonly running = new Map<string, Promise<void>>();
  private readonly ending = new AbortController();
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<WriterTables>,
    @Inject(SECOND_HALF) private readonly half: SecondHalf,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn' | 'error'>,
  ) {}

  /**
   * The first half has passed: the second is due. A step that is read again changes nothing, and what has finished,
   * here or elsewhere, is not begun.
   */
  @OnTopic(topics.validations)
  async takeIn(records: Received<typeof topics.validations>[]): Promise<void> {
    const steps = records.map(({ value }) => value);
    const finished = steps.filter(({ check, status }) => check === 'validate' && status === 'finished');
    const over = new Set(finished.map(({ validationId }) => validationId));
    const due = steps.filter(
      ({ check, status, validationId }) =>
        check === 'credentials' && status === 'passed' && !over.has(validationId),
    );
    if (over.size > 0) await this.markDone([...over]);
    if (due.length === 0) return;
    const connectionIds = due.map(({ connectionId }) => connectionId);
    await this.database.transaction().execute(async (transaction) => {
      await sql`
        insert into validations (validation_id, connection_id, asked_at)
        select * from unnest(${due.map(({ validationId }) => validationId)}::uuid[], ${connectionIds}::uuid[],
                             ${due.map(({ at }) => at)}::timestamptz[])
        on conflict (validation_id) do nothing
      `.execute(transaction);
      // The lane of a paused connection is held as long as a Validate of it is open.
      await notifyLanes(transaction, { news: 'changed', connectionIds });
    });
    this.bell.ring();
  }

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.loop;
    const enough = new AbortController();
    const patience = delay(FINISH_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.running.values()), patience]);
    enough.abort();
    this.ending.abort();
    // What is not finished is for another instance, at once.
    await this.holdUntil([...this.running.keys()], 0).catch((error: unknown) => {
      this.log.warn({ error }, 'Validates could not be given back; others take them up later');
    });
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        if (this.running.size > 0) await this.holdUntil([...this.running.keys()], HELD_MS);
        const free = AT_A_TIME - this.running.size;
        for (const taken of free > 0 ? await this.take(free) : []) {
          const { validationId } = taken;
          const brought = this.bringToItsEnd(taken).finally(() => {
            this.running.delete(validationId);
            this.bell.ring();
          });
          this.running.set(validationId, brought);
        }
      } catch (error) {
        this.log.error({ error }, 'Validates could not be looked for; tried again');
        this.bell.answer();
      }
      await this.bell.sleep(LOOK_MS);
    }
  }

  private async bringToItsEnd(taken: Taken): Promise<void> {
    const { validationId, connectionId } = taken;
    try {
      const why = whyNot(taken) ?? (await this.makeInTime(taken));
      if (why) await this.half.fail({ validationId, connectionId }, why);
      await this.markDone([validationId]);
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.log.warn({ error, validationId }, 'a Validate broke off; it is begun anew in a moment');
      await this.holdUntil([validationId], AGAIN_MS).catch((failure: unknown) => {
        this.log.warn({ error: failure, validationId }, 'a Validate that broke off is begun anew later');
      });
    }
  }

  /** @returns why it was cut off; `undefined` where it came to its own end */
  private async makeInTime(taken: Taken): Promise<Reason | undefined> {
    const { validationId, connectionId, organization, secretVersion, leftMs } = taken;
    const mapping = taken.mapping === null ? undefined : Mapping.parse(JSON.parse(taken.mapping));
    const limit = AbortSignal.timeout(Math.ceil(leftMs));
    const signal = AbortSignal.any([limit, this.ending.signal]);
    const cutOff = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      const connection = { connectionId, organization, secretVersion, mapping };
      await Promise.race([this.half.make(validationId, connection, signal), cutOff]);
      return undefined;
    } catch (error) {
      if (limit.aborted) return OUT_OF_TIME;
      throw error;
    }
  }

  /**
   * Takes Validates that nobody has. One whose connection is not known here waits for that connection's event a
   * while, and so does one asked for long ago: with a topic that is read anew, its end may come right behind.
   */
  private async take(limit: number): Promise<Taken[]> {
    const left = sql`extract(epoch from asked_at - now()) * 1000 + ${OVER_MS}::float8`;
    const { rows } = await sql<Taken>`
      with open as (
        select validation_id, state, organization, secret_version, mapping,
               greatest(0, least(${OVER_MS}::float8, ${left})) as left_ms
        from validations left join lanes using (connection_id)
        where done_at is null and taken_until < now()
          and (lanes.connection_id is not null and ${left} > 0 or seen_at < now() - ${milliseconds(UNKNOWN_MS)})
        order by asked_at limit ${limit} for update of validations skip locked)
      update validations set taken_until = now() + ${milliseconds(HELD_MS)}, begun = begun + 1
      from open where validations.validation_id = open.validation_id
      returning validations.validation_id as "validationId", connection_id as "connectionId", state, organization,
                secret_version as "secretVersion", mapping, left_ms as "leftMs", begun
    `.execute(this.database);
    return rows;
  }

  private async holdUntil(validationIds: string[], fromNowMs: number): Promise<void> {
    await sql`
      update validations set taken_until = now() + ${milliseconds(fromNowMs)}
      where validation_id = any(${validationIds}::uuid[]) and done_at is null
    `.execute(this.database);
  }

  private async markDone(validationIds: string[]): Promise<void> {
    await sql`
      update validations set done_at = now() where validation_id = any(${validationIds}::uuid[]) and done_at is null
    `.execute(this.database);
  }
}

/** Why a Validate is ended without being made; `undefined` where it can be. */
function whyNot({ state, leftMs, begun }: Taken): Reason | undefined {
  if (leftMs <= 0) return OUT_OF_TIME;
  if (state === null) return CONNECTION_UNKNOWN;
  if (state === 'deleted') return CONNECTION_DELETED;
  return begun > MOST_BEGUN ? BROKE_OFF : undefined;
}

function milliseconds(count: number): ReturnType<typeof sql> {
  return sql`${count}::float8 * interval '1 millisecond'`;
}
