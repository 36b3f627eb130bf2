/** The settings of the command that rebuilds the ledger: some of the portal's. */
import { type KafkaSettings, kafkaVariables } from '@leads/kafka';
import type { DatabaseServer } from '@leads/database';
import {
  databaseOf,
  databaseVariables,
  kafkaOf,
  readSettings,
  type Retention,
  retentionOf,
  retentionSettings,
} from '@leads/service';

/** It is the portal to the broker: its group is rewound, and its topics are looked at. */
export function rebuildSettings(): { server: DatabaseServer; kafka: KafkaSettings; retention: Retention } {
  const shape = { ...kafkaVariables, ...databaseVariables, ...retentionSettings };
  const settings = readSettings(process.env, shape);
  return {
    server: databaseOf(settings),
    kafka: { ...kafkaOf(settings, 'portal'), clientId: 'rebuild-ledger' },
    retention: retentionOf(settings),
  };
}
