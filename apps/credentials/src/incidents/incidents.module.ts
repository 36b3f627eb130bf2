/** The room of incidents: what people see of them and do about them. */
import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { AccessModule } from '../access/access.module.ts';
import type { CredentialsTables } from '../tables.ts';
import type { IncidentSettings } from './config.ts';
import { IncidentsController } from './incidents.controller.ts';
import { Incidents } from './incidents.ts';

@Module({
  imports: [AccessModule],
  controllers: [IncidentsController],
  providers: [
    {
      provide: Incidents,
      inject: [Kysely, OutboxRelay, SETTINGS, DatabaseClock],
      useFactory: (
        database: Kysely<CredentialsTables>,
        relay: OutboxRelay<CredentialsTables>,
        { INCIDENT_QUIET_SECONDS: quietSeconds }: IncidentSettings,
        { date: now }: DatabaseClock,
      ) =>
        new Incidents({
          database,
          rules: { quietMs: quietSeconds * 1_000, newId: randomUUID },
          wakeRelay: () => relay.wake(),
          now,
        }),
    },
  ],
})
export class IncidentsModule {}
