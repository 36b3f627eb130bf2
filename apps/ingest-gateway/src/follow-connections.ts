/** Keeps the gateway's picture of the connections: which address keys there are and whether leads are taken in. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { keepNewestConnections } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import { KnownAddresses } from './known-addresses.ts';
import type { GatewayTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(
    private readonly database: Kysely<GatewayTables>,
    private readonly addresses: KnownAddresses,
  ) {}

  @OnTopic(topics.connections)
  async followConnections(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    await keepNewestConnections(this.database, 'connections', changes, (change) => ({
      state: change.state,
      address_key_hash: change.addressKeyHash,
      changed_at: change.changedAt,
      repeat_hours: change.repeatHours,
      earlier_hashes: change.earlierAddresses?.map(({ keyHash }) => keyHash),
      earlier_until: change.earlierAddresses?.map(({ until }) => until),
    }));
  }

  @OnTopic(topics.connections, { delivery: 'every-instance' })
  followAddresses(records: Received<typeof topics.connections>[]): Promise<void> {
    for (const { value } of records) {
      const { changedAt, repeatHours = null, earlierAddresses = [] } = value;
      const earlier = earlierAddresses.map(({ keyHash, until }) => ({ keyHash, until: new Date(until) }));
      this.addresses.remember({ ...value, changedAt: new Date(changedAt), repeatHours, earlier });
    }
    return Promise.resolve();
  }
}
