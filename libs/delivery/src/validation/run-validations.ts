/** Validates come in from the topic, wait in rows, and are brought to their end by whichever instance is free. */
import {
  type BeforeApplicationShutdown,
  Controller,
  Inject,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Mapping, type Reason, topics } from '@leads/contracts';
import { DatabaseClock } from '@leads/database';
import { OnTopic, Publisher, type Received } from '@leads/kafka';
import { Doorbell, within } from '@leads/pacing';
import { LOG, type Logger } from '@leads/service';
import { Kysely, sql } from 'kysely';
import { KnownLimits } from '../lanes/known-limits.ts';
import type { Connection } from '../lanes/lane.ts';
import { notifyLanes } from '../lanes/lane-notice.ts';
import type { DeliveryTables } from '../tables.ts';
import { DESTINATION, type Destination } from '../destination.ts';
import { takeBackTestLead } from './deliver-test-lead.ts';
import { type AskedFor, ValidationSteps } from './validation-steps.ts';

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
  url: string;
  secretVersion: number;
  /** A `Mapping` as JSON. */
  mapping: string | null;
  identityHash: string | null;
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
    private readonly database: Kysely<DeliveryTables>,
    @Inject(DESTINATION) private readonly destination: Destination,
    @Inject(Publisher) private readonly publisher: Pick<Publisher, 'publish'>,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn' | 'error'>,
    private readonly limits: KnownLimits,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
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
    await within(FINISH_WITHIN_MS, () => Promise.all(this.running.values())).catch(() => undefined);
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
      if (why) await this.fail({ validationId, connectionId }, why);
      await this.markDone([validationId]);
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.log.warn({ error, validationId }, 'a Validate broke off; it is begun anew in a moment');
      await this.holdUntil([validationId], AGAIN_MS).catch((failure: unknown) => {
        this.log.warn({ error: failure, validationId }, 'a Validate that broke off is begun anew later');
      });
    }
  }

  /** Ends a Validate that is not made, or not any further: a step of the writer's own says why. */
  private async fail(asked: AskedFor, why: (name: string) => Reason): Promise<void> {
    await takeBackTestLead(this.database, asked.validationId);
    const { what, remedy } = why(this.destination.name);
    const steps = this.stepsOf(asked);
    await steps.check(this.destination.steps.unmade, () => ({ status: 'failed', cause: what, remedy }));
    await steps.end();
  }

  private stepsOf(asked: AskedFor, signal?: AbortSignal): ValidationSteps {
    const { database, clock, publisher, destination } = this;
    return new ValidationSteps(asked, { database, clock, publisher, destination }, signal);
  }

  /** @returns why it was cut off; `undefined` where it came to its own end */
  private async makeInTime(taken: Taken): Promise<((name: string) => Reason) | undefined> {
    const { validationId, connectionId, url, secretVersion, identityHash, leftMs } = taken;
    const mapping = taken.mapping === null ? undefined : Mapping.parse(JSON.parse(taken.mapping));
    const limit = AbortSignal.timeout(Math.ceil(leftMs));
    const signal = AbortSignal.any([limit, this.ending.signal]);
    const cutOff = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      const steps = this.stepsOf({ validationId, connectionId }, signal);
      const connection = { connectionId, url, secretVersion, identityHash, mapping };
      await Promise.race([this.make(connection, steps), cutOff]);
      return undefined;
    } catch (error) {
      if (limit.aborted) return OUT_OF_TIME;
      throw error;
    }
  }

  private async make(connection: Connection, steps: ValidationSteps): Promise<void> {
    await this.limits.lift(connection);
    await this.destination.validate(connection, steps, this.limits.of(connection));
    await steps.end();
  }

  /**
   * Takes Validates that nobody has. One whose connection is not known here waits for that connection's event a
   * while, and so does one asked for long ago: with a topic that is read anew, its end may come right behind.
   */
  private async take(limit: number): Promise<Taken[]> {
    const left = sql`extract(epoch from asked_at - now()) * 1000 + ${OVER_MS}::float8`;
    const { rows } = await sql<Taken>`
      with open as (
        select validation_id, state, url, secret_version, identity_hash, mapping,
               greatest(0, least(${OVER_MS}::float8, ${left})) as left_ms
        from validations left join lanes using (connection_id)
        where done_at is null and taken_until < now()
          and (lanes.connection_id is not null and ${left} > 0 or seen_at < now() - ${milliseconds(UNKNOWN_MS)})
        order by asked_at limit ${limit} for update of validations skip locked)
      update validations set taken_until = now() + ${milliseconds(HELD_MS)}, begun = begun + 1
      from open where validations.validation_id = open.validation_id
      returning validations.validation_id as "validationId", connection_id as "connectionId", state, url,
                secret_version as "secretVersion", identity_hash as "identityHash", mapping, left_ms as "leftMs", begun
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
function whyNot({ state, leftMs, begun }: Taken): ((name: string) => Reason) | undefined {
  if (leftMs <= 0) return OUT_OF_TIME;
  if (state === null) return CONNECTION_UNKNOWN;
  if (state === 'deleted') return CONNECTION_DELETED;
  return begun > MOST_BEGUN ? BROKE_OFF : undefined;
}

function milliseconds(count: number): ReturnType<typeof sql> {
  return sql`${count}::float8 * interval '1 millisecond'`;
}

/** The reasons, given what the destination is called. */
const CONNECTION_UNKNOWN = (name: string): Reason => ({
  cause: 'connection-unknown',
  what: `The ${name} writer has not heard of this connection, so nothing was looked at in ${name}. No lead is lost.`,
  remedy: `Save the connection again, which announces it anew, and validate again. If it stays so, ask the operators whether Kafka and the ${name} writer work.`,
});

const CONNECTION_DELETED = (name: string): Reason => ({
  cause: 'connection-deleted',
  what: `The connection was deleted, so nothing was looked at in ${name}.`,
  remedy: 'Nothing need be done. To have leads delivered again, connect the offer anew.',
});

const OUT_OF_TIME = (name: string): Reason => ({
  cause: 'out-of-time',
  what: 'The Validate was not through after five minutes and was broken off. No lead is lost.',
  remedy: `Validate again. If it stays so, ask the operators whether the ${name} writer, its database and Kafka work.`,
});

const BROKE_OFF = (name: string): Reason => ({
  cause: 'broke-off',
  what: `The ${name} writer failed over this Validate again and again. No lead is lost.`,
  remedy: `Ask the operators to look into the log of the ${name} writer, then validate again.`,
});
