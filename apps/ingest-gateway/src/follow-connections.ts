/** Keeps the gateway's picture of the connections: which address keys there are and whether leads are taken in. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { GatewayTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(@Inject(DATABASE) private readonly database: Kysely<GatewayTables>) {}

  /** Takes each connection's newest version; one not above the version that is stored changes nothing. */
  @OnTopic(topics.connections, { delivery: 'once-per-service' })
  async followConnections(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    await sql`
      insert into connections (connection_id, version, state, address_key_hash)
      select distinct on (connection_id) *
      from unnest(${changes.map((change) => change.connectionId)}::uuid[],
                  ${changes.map((change) => change.version)}::int[],
                  ${changes.map((change) => change.state)}::text[],
                  ${changes.map((change) => change.addressKeyHash)}::text[])
        as change (connection_id, version, state, address_key_hash)
      order by connection_id, version desc
      on conflict (connection_id) do update
        set version = excluded.version, state = excluded.state, address_key_hash = excluded.address_key_hash
        where connections.version < excluded.version
    `.execute(this.database);
  }
}
