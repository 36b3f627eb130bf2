/** The Dynamics writer: takes accepted leads in and writes them into each publisher's Dynamics 365. */
import { Module } from '@nestjs/common';
import { topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import { DATABASE, INSTANCE_ID, LOG, type Logger, Outbound, PUBLISHER, ServiceModule } from '@leads/service';
import type { Kysely } from 'kysely';
import { config } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { HoldLanes } from './hold-lanes.ts';
import { EXPECTED_VERSION } from './judge-organization.ts';
import { KeepHouse, keepingOf } from './keep-house.ts';
import { ConnectionMetrics } from './metrics.ts';
import { ReceiveTokens } from './receive-tokens.ts';
import type { WriterTables } from './tables.ts';
import { ReplayLeads } from './replay-leads.ts';
import { RunValidations, SECOND_HALF, type SecondHalf } from './run-validations.ts';
import { TakeInLeads } from './take-in-leads.ts';
import { Tokens } from './tokens.ts';
import { failValidation, validateConnection } from './validate-connection.ts';

/** How long one question of a Validate may take, in milliseconds: a person waits for it. */
const VALIDATE_TIMEOUT_MS = 15_000;

/** How long a Validate waits for its test lead, in milliseconds. */
const TEST_LEAD_PATIENCE_MS = 60_000;

@Module({
  imports: [
    ServiceModule.forService({
      name: 'dynamics-writer',
      schema: 'writer',
      settings: config,
      consumes: ['once-per-service', 'every-instance'],
    }),
  ],
  controllers: [FollowConnections, TakeInLeads, ReplayLeads, RunValidations, ReceiveTokens],
  providers: [
    HoldLanes,
    {
      provide: KeepHouse,
      inject: [DATABASE, LOG],
      useFactory: (database: Kysely<WriterTables>, log: Logger) =>
        new KeepHouse(database, log, keepingOf(config.PAYLOAD_DAYS)),
    },
    ConnectionMetrics,
    {
      provide: SECOND_HALF,
      inject: [DATABASE, Tokens, PUBLISHER],
      useFactory: (database: Kysely<WriterTables>, tokens: Tokens, publisher: Publisher): SecondHalf => {
        const http = new Outbound({
          resolver: config.MICROSOFT_RESOLVER,
          connections: 8,
          timeoutMs: VALIDATE_TIMEOUT_MS,
          maxBodyBytes: 4 * 1024 * 1024,
        });
        const expected = { solution: config.LEAD_WRITER_SOLUTION, version: EXPECTED_VERSION };
        const parts = { database, tokens, http, publisher, expected, patienceMs: TEST_LEAD_PATIENCE_MS };
        return {
          make: (validationId, connection, signal) =>
            validateConnection(validationId, connection, parts, signal),
          fail: (asked, why) => failValidation(asked, why, parts),
        };
      },
    },
    {
      provide: Tokens,
      inject: [PUBLISHER, INSTANCE_ID],
      useFactory: (publisher: Publisher, instance: string) =>
        new Tokens(
          (requested) => publisher.publish(topics.tokensRequested, [requested]),
          instance,
          config.REQUESTER_SIGNING_KEY_FILE,
        ),
    },
  ],
})
export class AppModule {}
