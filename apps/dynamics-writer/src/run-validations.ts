/** Validates come in from the topic, wait in rows, and are made one by one by whichever instance is free. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Controller,
  Inject,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Mapping, topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { Doorbell } from '@leads/pacing';
import { DATABASE, LOG, type Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import { notifyLanes } from './lane-notice.ts';
import type { WriterTables } from './tables.ts';
import type { Validated } from './validate-connection.ts';

/** Makes the second half of one Validate. */
export type MakeValidation = (validationId: string, connection: Validated) => Promise<void>;
export const MAKE_VALIDATION = Symbol('make validation');

/** Nobody waits for a Validate any more that was asked for so long ago, in milliseconds. */
const STALE_MS = 10 * 60_000;

/** Longer than a Validate can take: after that, whoever had it is dead. */
const TAKEN = sql`interval '5 minutes'`;

/** How long an instance that ends may finish its Validates, in milliseconds. */
const FINISH_WITHIN_MS = 5_000;

const LOOK_MS = 1_000;
const AT_A_TIME = 4;

@Controller()
export class RunValidations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly bell = new Doorbell();
  private readonly running = new Map<string, Promise<void>>();
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<WriterTables>,
    @Inject(MAKE_VALIDATION) private readonly make: MakeValidation,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn' | 'error'>,
  ) {}

  /** The first half has passed: the second is due. A step that is read again changes nothing. */
  @OnTopic(topics.validations)
  async takeIn(records: Received<typeof topics.validations>[]): Promise<void> {
    const due = records
      .map(({ value }) => value)
      .filter(({ check, status }) => check === 'credentials' && status === 'passed')
      .filter(({ at }) => Date.now() - Date.parse(at) < STALE_MS);
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
    // What is not finished is for another instance, at once.
    await sql`
      update validations set taken_until = '-infinity'
      where validation_id = any(${[...this.running.keys()]}::uuid[]) and done_at is null
    `
      .execute(this.database)
      .catch((error: unknown) => {
        this.log.warn({ error }, 'Validates could not be given back; others take them up later');
      });
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const free = AT_A_TIME - this.running.size;
        const taken = free > 0 ? await this.take(free) : [];
        for (const { validationId, connection } of taken) {
          const made = this.makeOne(validationId, connection).finally(() => {
            this.running.delete(validationId);
            this.bell.ring();
          });
          this.running.set(validationId, made);
        }
      } catch (error) {
        this.log.error({ error }, 'Validates could not be looked for; tried again');
        this.bell.answer();
      }
      await this.bell.sleep(LOOK_MS);
    }
  }

  private async makeOne(validationId: string, connection: Validated): Promise<void> {
    try {
      await this.make(validationId, connection);
      await sql`update validations set done_at = now() where validation_id = ${validationId}`.execute(
        this.database,
      );
    } catch (error) {
      this.log.warn(
        { error, validationId },
        'a Validate broke off; it is begun anew unless it has become stale',
      );
    }
  }

  /** Takes Validates of connections that are known here; one that is not waits for its connection to become so. */
  private async take(limit: number): Promise<{ validationId: string; connection: Validated }[]> {
    const { rows } = await sql<Omit<Validated, 'mapping'> & { validationId: string; mapping: string | null }>`
      update validations set taken_until = now() + ${TAKEN}
      from lanes
      where lanes.connection_id = validations.connection_id and validation_id in (
        select validation_id from validations join lanes using (connection_id)
        where done_at is null and taken_until < now() and asked_at > now() - ${STALE_MS} * interval '1 millisecond'
        order by asked_at limit ${limit} for update of validations skip locked)
      returning validation_id as "validationId", lanes.connection_id as "connectionId", organization,
                secret_version as "secretVersion", mapping
    `.execute(this.database);
    return rows.map(({ validationId, mapping, ...connection }) => ({
      validationId,
      connection: { ...connection, mapping: mapping ? Mapping.parse(JSON.parse(mapping)) : undefined },
    }));
  }
}
