/** The ingest gateway: takes posted leads in and commits each before it says so. */
import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { causeOf, DatabaseClock, OutboxRelay, useRequestOnce } from '@leads/database';
import { HOUR_MS } from '@leads/pacing';
import { callerKeys, CALLERS, type Callers, LOG, type Logger, ServiceModule, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { AcceptLead } from './accept-lead.ts';
import { ApiDocumentController } from './api-document.controller.ts';
import { Commits } from './commits.ts';
import { type Settings, settings } from './config.ts';
import { keepFields } from './drift/keep-fields.ts';
import { UnknownFieldsController } from './drift/unknown-fields.controller.ts';
import { WatchFields } from './drift/watch-fields.ts';
import { FollowConnections } from './follow-connections.ts';
import { FollowRetention } from './follow-retention.ts';
import { IntakeGate } from './intake-gate.ts';
import { KeptPostsController } from './kept/kept-posts.controller.ts';
import { KnownAddresses } from './known-addresses.ts';
import { BETWEEN_SERVICES } from './lead-body.ts';
import { acceptAll, connectionsAt, hasMoreEvents } from './lead-store.ts';
import { MadeLeadsController } from './made/made-leads.controller.ts';
import { PostRates } from './post-rates.ts';
import { gatewayAges } from './retention.ts';
import type { GatewayTables } from './tables.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'ingest-gateway',
      schema: 'gateway',
      settings,
      consumes: ['once-per-service', 'every-instance'],
      ages: gatewayAges,
    }),
  ],
  controllers: [
    AcceptLead,
    ApiDocumentController,
    FollowConnections,
    FollowRetention,
    KeptPostsController,
    MadeLeadsController,
    UnknownFieldsController,
  ],
  providers: [
    {
      provide: CALLERS,
      inject: [SETTINGS, Kysely, DatabaseClock, PostRates],
      useFactory: (
        { SERVICE_KEYS_FILE: keys }: Settings,
        database: Kysely<GatewayTables>,
        { now }: DatabaseClock,
        rates: PostRates,
      ): Callers => ({
        ...{ to: 'ingest-gateway', from: ['portal'], keys: callerKeys(keys), paths: BETWEEN_SERVICES },
        useOnce: (nonce) => useRequestOnce(database, nonce),
        onRefused: (request) => rates.unsigned(request),
        now,
      }),
    },
    {
      provide: IntakeGate,
      inject: [Kysely, SETTINGS, LOG],
      useFactory: (database: Kysely<GatewayTables>, { OUTBOX_EVENTS_AT_MOST: most }: Settings, log: Logger) =>
        new IntakeGate({
          isOutboxFull: () => hasMoreEvents(database, most),
          onChange: (closed, error) => {
            if (closed)
              log.error(
                { closed, cause: causeOf(error) },
                'no leads are taken in: senders are told to come again',
              );
            else log.info({}, 'leads are taken in again');
          },
        }),
    },
    {
      provide: PostRates,
      inject: [HttpAdapterHost, SETTINGS],
      useFactory: (
        http: HttpAdapterHost,
        { POSTS_PER_MINUTE: perAddress, UNKNOWN_ADDRESSES_PER_MINUTE: unknownPerSource }: Settings,
      ) => new PostRates(http, { perAddress, unknownPerSource }),
    },
    {
      provide: KnownAddresses,
      inject: [Kysely, SETTINGS, IntakeGate],
      useFactory: (
        database: Kysely<GatewayTables>,
        { DELETED_GRACE_HOURS: hours }: Settings,
        gate: IntakeGate,
      ) => new KnownAddresses((hashes) => gate.ask(() => connectionsAt(database, hashes)), hours * HOUR_MS),
    },
    {
      provide: WatchFields,
      inject: [Kysely, OutboxRelay, LOG],
      useFactory: (database: Kysely<GatewayTables>, relay: OutboxRelay<GatewayTables>, log: Logger) =>
        new WatchFields(
          async (connectionId, fields, at) => {
            if ((await keepFields(database, connectionId, fields, at)) > 0) relay.wake();
          },
          (error) =>
            log.warn({ cause: causeOf(error) }, 'fields that are not known could not be written down'),
        ),
    },
    {
      provide: Commits,
      inject: [Kysely, IntakeGate, SETTINGS],
      useFactory: (
        database: Kysely<GatewayTables>,
        gate: IntakeGate,
        { COMMIT_LEADS_TOGETHER: most }: Settings,
      ) => new Commits((posted) => gate.ask(() => acceptAll(database, posted)), most),
    },
  ],
})
export class AppModule {}
