/** Keeps a lane for each connection, as the credentials service announces it. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import { notifyLanes } from './lane-notice.ts';
import type { WriterTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(@Inject(DATABASE) private readonly database: Kysely<WriterTables>) {}

  /** A version not above the one known is old news: topics are replayed and relays overtake each other. */
  @OnTopic(topics.connections)
  async follow(records: Received<typeof topics.connections>[]): Promise<void> {
    await this.database.transaction().execute(async (transaction) => {
      for (const { value } of records) {
        await transaction
          .insertInto('lanes')
          .values({
            connection_id: value.connectionId,
            version: value.version,
            organization: value.url,
            state: value.state,
            secret_version: value.secretVersion,
            mapping: value.mapping ? JSON.stringify(value.mapping) : null,
            owner: null,
          })
          .onConflict((conflict) =>
            conflict
              .column('connection_id')
              .doUpdateSet({
                version: (row) => row.ref('excluded.version'),
                organization: (row) => row.ref('excluded.organization'),
                state: (row) => row.ref('excluded.state'),
                secret_version: (row) => row.ref('excluded.secret_version'),
                mapping: (row) => row.ref('excluded.mapping'),
              })
              .where(sql<boolean>`lanes.version < excluded.version`),
          )
          .execute();
      }
      await notifyLanes(transaction, {
        news: 'changed',
        connectionIds: records.map(({ value }) => value.connectionId),
      });
    });
  }
}
