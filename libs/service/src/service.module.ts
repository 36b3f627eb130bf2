/** What every service has, as one Nest module: log, database, publisher, outbox relay, consumers, health. */
import { randomUUID } from 'node:crypto';
import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { openDatabase, OutboxRelay, type WithOutbox, type WithUndecodable } from '@leads/database';
import { type Delivery, KafkaTransport, Publisher } from '@leads/kafka';
import type { z } from 'zod';
import { HealthController, READINESS_CHECKS, type ReadinessCheck } from './health.ts';
import { createLog, nestLogger } from './log.ts';
import { putAside } from './put-aside.ts';
import type { serviceSettings } from './settings.ts';

export const LOG = Symbol('log');
export const DATABASE = Symbol('database');
export const PUBLISHER = Symbol('publisher');
export const RELAY = Symbol('outbox relay');
export const TRANSPORTS = Symbol('kafka transports');
export const INSTANCE_ID = Symbol('instance id');
export const SERVICE = Symbol('service options');

/** The tables that every service's schema has. */
export type ServiceTables = WithOutbox & WithUndecodable;

export interface ServiceOptions {
  name: string;
  /** The service's schema in PostgreSQL. */
  schema: string;
  settings: z.infer<z.ZodObject<typeof serviceSettings>>;
  /** How the service's handlers take their topics; one transport for each. */
  consumes: Delivery[];
}

@Module({})
export class ServiceModule implements OnApplicationShutdown {
  constructor(
    @Inject(RELAY) private readonly relay: OutboxRelay<ServiceTables>,
    @Inject(PUBLISHER) private readonly publisher: Publisher,
    @Inject(DATABASE) private readonly database: Kysely<ServiceTables>,
  ) {}

  static forService(options: ServiceOptions): DynamicModule {
    const { name, schema, settings } = options;
    // Never the same twice: what a killed process still holds (leases, a place in a group) is not its successor's.
    const instance = `${settings.INSTANCE_ID ?? name}-${randomUUID().slice(0, 8)}`;
    const log = createLog({ service: name, instance, level: settings.LOG_LEVEL });
    const kafka = {
      brokers: settings.KAFKA_BROKERS,
      clientId: name,
      topicPrefix: settings.KAFKA_TOPIC_PREFIX,
    };
    const database = openDatabase<ServiceTables>(
      { url: settings.DATABASE_URL, schema, poolSize: settings.DATABASE_POOL_SIZE, application: instance },
      (error) => log.warn({ error }, 'an idle database connection broke; the pool replaces it'),
    );
    const publisher = new Publisher(kafka);
    const relay = new OutboxRelay(database, {
      publish: (events) => publisher.publishEncoded(events),
      onError: (error) =>
        log.error({ error }, 'events wait in the outbox: publishing failed and is tried again'),
    });
    const transports = options.consumes.map(
      (delivery) =>
        new KafkaTransport({
          settings: kafka,
          group: name,
          delivery,
          instanceId: instance,
          onUndecodable: async (records) => {
            log.error(
              {
                records: records.map(({ topic, partition, offset, reason }) => ({
                  topic,
                  partition,
                  offset,
                  reason,
                })),
              },
              'records could not be decoded; their bytes are kept in the table undecodable',
            );
            await putAside(database, records, name);
          },
          log: nestLogger(log),
        }),
    );
    const checks: ReadinessCheck[] = [
      { name: 'database', check: async () => void (await sql`select 1`.execute(database)) },
      ...transports.map((transport, index) => ({
        name: `kafka consumer (${options.consumes[index]})`,
        check: () =>
          transport.isConsuming() ? Promise.resolve() : Promise.reject(new Error('has not joined its group')),
      })),
    ];
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController],
      providers: [
        { provide: SERVICE, useValue: options },
        { provide: INSTANCE_ID, useValue: instance },
        { provide: LOG, useValue: log },
        { provide: DATABASE, useValue: database },
        { provide: PUBLISHER, useValue: publisher },
        { provide: RELAY, useValue: relay },
        { provide: TRANSPORTS, useValue: transports },
        { provide: READINESS_CHECKS, useValue: checks },
      ],
      exports: [SERVICE, INSTANCE_ID, LOG, DATABASE, PUBLISHER, RELAY, READINESS_CHECKS, TRANSPORTS],
    };
  }

  /** After the consumers have drained: what they and the controllers use is closed last. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.publisher.disconnect();
    await this.database.destroy();
  }
}
