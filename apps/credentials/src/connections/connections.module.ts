/** The room of connections: the HTTP API and what it changes. */
import { Module } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { OutboxRelay } from '@leads/database';
import { DATABASE, RELAY } from '@leads/service';
import type { FieldRules } from '@leads/contracts/connection-details';
import { API_KEY } from '../api/api-key.guard.ts';
import { config } from '../config.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { ConnectionActionsController } from './connection-actions.controller.ts';
import { ConnectionVersionsController } from './connection-versions.controller.ts';
import { ConnectionsController } from './connections.controller.ts';
import { Connections } from './connections.ts';
import { FIELD_RULES, fieldRules } from './field-rules.ts';

@Module({
  imports: [SecretsModule],
  controllers: [ConnectionsController, ConnectionActionsController, ConnectionVersionsController],
  providers: [
    { provide: API_KEY, useValue: config.CREDENTIALS_API_KEY },
    {
      provide: FIELD_RULES,
      useValue: (): FieldRules => fieldRules(config.DYNAMICS_REGIONS, new Date().toISOString().slice(0, 10)),
    },
    {
      provide: Connections,
      inject: [DATABASE, Vault, RELAY],
      useFactory: (
        database: Kysely<CredentialsTables>,
        vault: Vault,
        relay: OutboxRelay<CredentialsTables>,
      ) =>
        new Connections({
          database,
          vault,
          gatewayUrl: config.GATEWAY_PUBLIC_URL,
          wakeRelay: () => relay.wake(),
          now: () => new Date(),
        }),
    },
  ],
  exports: [API_KEY, Connections],
})
export class ConnectionsModule {}
