/** What every service has, as one Nest module: settings, log, database, publisher, outbox relay, consumers, health. */
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Kysely } from 'kysely';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { HealthController, READINESS_CHECKS } from './health.ts';
import { PutBack } from './put-back/put-back.ts';
import { providersOf, type ServiceOptions, type ServiceTables } from './service-providers.ts';
import { INSTANCE_ID, LOG, RETENTION, SETTINGS, TRANSPORTS } from './service-tokens.ts';

/**
 * Nothing is read or opened before the application is created: importing a service's module costs nothing, and a
 * test may put anything else under any of the tokens.
 */
@Module({})
export class ServiceModule implements OnApplicationShutdown {
  constructor(
    private readonly relay: OutboxRelay<ServiceTables>,
    private readonly publisher: Publisher,
    private readonly database: Kysely<ServiceTables>,
  ) {}

  static forService(options: ServiceOptions): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController],
      providers: providersOf(options),
      exports: [
        SETTINGS,
        RETENTION,
        INSTANCE_ID,
        LOG,
        Kysely,
        DatabaseClock,
        Publisher,
        OutboxRelay,
        TRANSPORTS,
        PutBack,
        READINESS_CHECKS,
      ],
    };
  }

  /** After the consumers have drained: what they and the controllers use is closed last. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.publisher.disconnect();
    await this.database.destroy();
  }
}
