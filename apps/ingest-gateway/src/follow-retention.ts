/** Keeps for how many days each connection's publisher keeps what customers said, as the portal tells it. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { keepRetentions } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import type { GatewayTables } from './tables.ts';

@Controller()
export class FollowRetention {
  constructor(private readonly database: Kysely<GatewayTables>) {}

  @OnTopic(topics.retention)
  follow(records: Received<typeof topics.retention>[]): Promise<void> {
    return keepRetentions(
      this.database,
      records.map(({ value }) => value),
    );
  }
}
