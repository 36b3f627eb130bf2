/** What becomes of records that cannot be decoded. */
import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import {
  addToOutbox,
  keepUndecodable,
  type UndecodableRecord,
  type WithOutbox,
  type WithUndecodable,
} from '@leads/database';
import type { Kysely } from 'kysely';
import { z } from 'zod';

const ConnectionId = z.uuid();

/** The topics whose key is a connection's id; those of others are ids of something else. */
const KEYED_BY_CONNECTION = [
  topics.connections,
  topics.leadsAccepted,
  topics.validations,
  topics.alerts,
  topics.replays,
];

/** Keeps undecodable records, and tells whose they are where the key says so: each record once. */
export async function putAside(
  database: Kysely<WithOutbox & WithUndecodable>,
  records: UndecodableRecord[],
  service: string,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const fresh = await keepUndecodable(transaction, records);
    const alerts = fresh.flatMap((record) => {
      const keyed = KEYED_BY_CONNECTION.some(({ name }) => record.topic === name);
      const { success, data: connectionId } = ConnectionId.safeParse(record.key?.toString());
      if (!keyed || !success) return [];
      const place = `${record.topic}, partition ${record.partition}, offset ${record.offset}`;
      return {
        alertId: randomUUID(),
        connectionId,
        at: new Date().toISOString(),
        kind: 'record-quarantined' as const,
        what: `A record could not be read by ${service} (${place}). Its bytes are kept.`,
        remedy: 'Ask the operators of this system to look at the table undecodable.',
      };
    });
    await addToOutbox(transaction, topics.alerts, alerts);
  });
}
