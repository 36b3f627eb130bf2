/** The room of connections: the HTTP API and what it changes. */
import { Module } from '@nestjs/common';
import { Kysely } from 'kysely';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { LOG, type Logger, SETTINGS } from '@leads/service';
import type { FieldRules } from '@leads/contracts/connection-details';
import { AccessModule } from '../access/access.module.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import type { ConnectionSettings } from './config.ts';
import { ConnectionActionsController } from './connection-actions.controller.ts';
import { ConnectionVersionsController } from './connection-versions.controller.ts';
import { ConnectionsController } from './connections.controller.ts';
import { Connections } from './connections.ts';
import { FIELD_RULES, fieldRules } from './field-rules.ts';
import { MappingPreviewController } from './mapping-preview.controller.ts';
import { Writer } from './writer.ts';

@Module({
  imports: [AccessModule, SecretsModule],
  controllers: [
    ConnectionsController,
    ConnectionActionsController,
    ConnectionVersionsController,
    MappingPreviewController,
  ],
  providers: [
    {
      provide: FIELD_RULES,
      inject: [SETTINGS, DatabaseClock],
      useFactory:
        ({ DYNAMICS_REGIONS }: ConnectionSettings, clock: DatabaseClock) =>
        (): FieldRules =>
          fieldRules(DYNAMICS_REGIONS, clock.date().toISOString().slice(0, 10)),
    },
    {
      provide: Connections,
      inject: [Kysely, Vault, OutboxRelay, SETTINGS, DatabaseClock],
      useFactory: (
        database: Kysely<CredentialsTables>,
        vault: Vault,
        relay: OutboxRelay<CredentialsTables>,
        { GATEWAY_PUBLIC_URL: gatewayUrl }: ConnectionSettings,
        { date: now }: DatabaseClock,
      ) =>
        new Connections({
          ...{ database, vault, gatewayUrl },
          wakeRelay: () => relay.wake(),
          now,
        }),
    },
    {
      provide: Writer,
      inject: [SETTINGS, LOG, DatabaseClock],
      useFactory: (
        { WRITER_URL: url, SERVICE_SIGNING_KEY_FILE: key }: ConnectionSettings,
        log: Logger,
        { now }: DatabaseClock,
      ) => new Writer({ asked: { url, to: 'dynamics-writer', key, now }, log }),
    },
  ],
  exports: [Connections],
})
export class ConnectionsModule {}
