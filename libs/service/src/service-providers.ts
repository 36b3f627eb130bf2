/** How each thing that every service has is made, once the application that has it is created. */
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@leads/contracts';
import type { FactoryProvider } from '@nestjs/common';
import { Kysely, type QueryExecutorProvider, sql } from 'kysely';
import {
  type Aged,
  DatabaseAway,
  DatabaseClock,
  openDatabase,
  OutboxRelay,
  type WithOutbox,
  type WithUndecodable,
} from '@leads/database';
import { type Delivery, type KafkaSettings, KafkaTransport, Publisher, RecordsRefused } from '@leads/kafka';
import { MINUTE_MS } from '@leads/pacing';
import type { z } from 'zod';
import { settingsFromEnvironment } from './config.ts';
import { READINESS_CHECKS, type ReadinessCheck } from './health.ts';
import { Housekeeping, sharedAges } from './housekeeping.ts';
import { createLog, type Logger, nestLogger } from './log.ts';
import { putAside, refusalOf, tellRefused } from './put-aside.ts';
import { countPutAside } from './put-aside-metrics.ts';
import { PutBack } from './put-back/put-back.ts';
import { retentionOf, type Retention } from './retention.ts';
import { INSTANCE_ID, LOG, RETENTION, SETTINGS, TRANSPORTS } from './service-tokens.ts';
import { databaseOf, kafkaOf, type ServiceSettings, type serviceSettings } from './settings.ts';

/** A database that is restarted is back by then: what holds records up for longer needs somebody to look. */
const HELD_UP_FOR_LONG_MS = 5 * MINUTE_MS;

/** The tables that every service's schema has. */
export type ServiceTables = WithOutbox & WithUndecodable;

/** Where the broker is, and who the service is there. */
const KAFKA = Symbol('kafka settings');

export interface ServiceOptions {
  name: ServiceName;
  /** The service's schema in PostgreSQL. */
  schema: string;
  /** What the service is told from outside: its `config.ts`. */
  settings: typeof serviceSettings & z.ZodRawShape;
  /** How the service's handlers take their topics; one transport for each. */
  consumes: Delivery[];
  /** What it works with besides, as its database knows of it. */
  alsoChecked?: ((database: QueryExecutorProvider) => ReadinessCheck)[];
  /** What goes of the service's own tables once it is old: its `retention.ts`. */
  ages?: (retention: Retention, settings: never) => readonly Aged[];
}

/** A provider for each of them. Each is made of those before it. */
export function providersOf({
  name,
  schema,
  settings: shape,
  consumes,
  alsoChecked = [],
  ages = () => [],
}: ServiceOptions): FactoryProvider[] {
  return [
    {
      provide: SETTINGS,
      useFactory: () => settingsFromEnvironment(shape),
    },
    {
      provide: KAFKA,
      inject: [SETTINGS],
      useFactory: (settings: ServiceSettings) => kafkaOf(settings, name),
    },
    {
      provide: INSTANCE_ID,
      inject: [SETTINGS],
      useFactory: ({ INSTANCE_ID: given }: ServiceSettings) => `${given ?? name}-${randomUUID().slice(0, 8)}`,
    },
    {
      provide: LOG,
      inject: [SETTINGS, INSTANCE_ID],
      useFactory: ({ LOG_LEVEL: level }: ServiceSettings, instance: string) =>
        createLog({ service: name, instance, level }),
    },
    {
      provide: Kysely,
      inject: [SETTINGS, INSTANCE_ID, LOG],
      useFactory: (settings: ServiceSettings, application: string, log: Logger) =>
        openDatabase<ServiceTables>(
          { ...databaseOf(settings), schema, poolSize: settings.DATABASE_POOL_SIZE, application },
          (error) => log.warn({ error }, 'an idle database connection broke; the pool replaces it'),
        ),
    },
    {
      provide: DatabaseClock,
      inject: [Kysely],
      useFactory: (database: Kysely<ServiceTables>) => new DatabaseClock(database),
    },
    {
      provide: Publisher,
      inject: [KAFKA],
      useFactory: (kafka: KafkaSettings) => new Publisher(kafka),
    },
    {
      provide: OutboxRelay,
      inject: [Kysely, Publisher, DatabaseClock, LOG],
      useFactory: (
        database: Kysely<ServiceTables>,
        publisher: Publisher,
        clock: DatabaseClock,
        log: Logger,
      ) =>
        new OutboxRelay(database, {
          publish: (events) => publisher.publishEncoded(events),
          refusalOf: (error) => (error instanceof RecordsRefused ? error.message : undefined),
          onRefused: async (transaction, events) => {
            const which = events.map(({ id, topic, reason }) => ({ id, topic, reason }));
            log.error(
              { events: which },
              'events cannot be published; they are kept in the table outbox_refused',
            );
            await tellRefused(transaction, events, name, clock.date());
          },
          onError: (error) => {
            const why = error instanceof DatabaseAway ? 'the database is away' : 'publishing failed';
            log.error({ error }, `events wait in the outbox: ${why}; it is tried again`);
          },
        }),
    },
    {
      provide: TRANSPORTS,
      inject: [KAFKA, INSTANCE_ID, Kysely, DatabaseClock, LOG],
      useFactory: (
        settings: KafkaSettings,
        instanceId: string,
        database: Kysely<ServiceTables>,
        clock: DatabaseClock,
        log: Logger,
      ) =>
        consumes.map(
          (delivery) =>
            new KafkaTransport({
              settings,
              group: name,
              delivery,
              instanceId,
              onUndecodable: async (records) => {
                const which = records.map(({ topic, partition, offset, fault, reason }) => ({
                  topic,
                  partition,
                  offset,
                  fault,
                  reason,
                }));
                log.error(
                  { records: which },
                  'records could not be decoded or kept, or nothing proves who published them; their bytes are kept in the table undecodable',
                );
                await putAside(database, records, name, clock.date());
                countPutAside(records);
              },
              refusalOf,
              log: nestLogger(log),
            }),
        ),
    },
    {
      provide: PutBack,
      inject: [Kysely, TRANSPORTS, LOG],
      useFactory: (database: Kysely<ServiceTables>, transports: KafkaTransport[], log: Logger) =>
        new PutBack(database, transports, log),
    },
    {
      provide: RETENTION,
      inject: [SETTINGS],
      useFactory: retentionOf,
    },
    {
      provide: Housekeeping,
      inject: [Kysely, RETENTION, SETTINGS, DatabaseClock, LOG],
      useFactory: (
        database: Kysely<ServiceTables>,
        retention: Retention,
        settings: ServiceSettings,
        clock: DatabaseClock,
        log: Logger,
      ) =>
        new Housekeeping(
          database,
          [...sharedAges(retention), ...ages(retention, settings as never)],
          clock,
          log,
        ),
    },
    {
      provide: READINESS_CHECKS,
      inject: [Kysely, TRANSPORTS],
      useFactory: (database: Kysely<ServiceTables>, transports: KafkaTransport[]): ReadinessCheck[] => [
        {
          name: 'database',
          needed: true,
          otherwise: 'does not answer',
          check: async () => void (await sql`select 1`.execute(database)),
        },
        // What is committed is published later, and what is read comes later: nobody has to be turned away for that.
        ...transports.map((transport, index) => ({
          name: `kafka consumer (${consumes[index]})`,
          needed: false,
          otherwise: 'has not joined its group',
          check: () =>
            transport.isConsuming()
              ? Promise.resolve()
              : Promise.reject(new Error('has not joined its group')),
        })),
        ...transports.map((transport, index) => ({
          name: `kafka records (${consumes[index]})`,
          needed: false,
          otherwise: 'cannot be taken in, and others wait behind them',
          check: () =>
            transport.isHeldUpFor(HELD_UP_FOR_LONG_MS)
              ? Promise.reject(transport.lastError ?? new Error('records are held up'))
              : Promise.resolve(),
        })),
        ...alsoChecked.map((checkOf) => checkOf(database)),
      ],
    },
  ];
}
