/** The settings of the command that rebuilds the ledger: some of the portal's. */
import { readSettings, serviceSettings } from '@leads/service';
import type { z } from 'zod';

const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, DATABASE_URL } = serviceSettings;
const shape = { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, DATABASE_URL };

export function rebuildSettings(): z.infer<z.ZodObject<typeof shape>> {
  return readSettings(process.env, shape);
}
