/** What becomes of records that cannot be decoded, and of events that cannot be published. */
import { randomUUID } from 'node:crypto';
import { alertOf, NO_CONNECTION, type Topic, topics } from '@leads/contracts';
import {
  addToOutbox,
  keepUndecodable,
  type RefusedEvent,
  type UndecodableRecord,
  type WithOutbox,
  type WithUndecodable,
} from '@leads/database';
import type { Kysely, QueryExecutorProvider } from 'kysely';
import { z } from 'zod';

const ConnectionId = z.uuid();

const catalogue: readonly Topic[] = Object.values(topics);

/**
 * Keeps undecodable records, and tells of each once: those whose connection it is, where the key says so, else who
 * operates the service.
 */
export async function putAside(
  database: Kysely<WithOutbox & WithUndecodable>,
  records: UndecodableRecord[],
  service: string,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const fresh = await keepUndecodable(transaction, records);
    const alerts = fresh.map((record) => {
      const keyedBy = catalogue.find(({ name }) => record.topic === name)?.keyedBy;
      const { success, data: connectionId } = ConnectionId.safeParse(record.key?.toString());
      const isOfConnection = keyedBy === 'connection' && success;
      const where = `${record.topic}, partition ${record.partition}, offset ${record.offset}`;
      return alertOf({
        ...{ alertId: randomUUID(), at: new Date() },
        connectionId: isOfConnection ? connectionId : NO_CONNECTION,
        ...(!isOfConnection && { place: { scope: 'system', id: service } as const }),
        ...{ trouble: 'records-undecodable', transition: 'triggered', cause: 'undecodable' },
        // Of nobody's records each service tells by itself.
        dedupKey: `undecodable ${service}`,
        what: `A record could not be read by ${service} (${where}). Its bytes are kept.`,
        remedy: 'Ask the operators of this system to look at the table undecodable.',
      });
    });
    await addToOutbox(transaction, topics.alerts, alerts);
  });
}

/**
 * Tells the operators of events that were put aside because no topic takes them. Of alerts it tells nothing: what would
 * tell of them might be refused as well, and again without end.
 */
export async function tellRefused(
  transaction: QueryExecutorProvider,
  events: readonly RefusedEvent[],
  service: string,
): Promise<void> {
  const alerts = events
    .filter(({ topic }) => topic !== topics.alerts.name)
    .map(({ id, topic, reason }) =>
      alertOf({
        ...{ alertId: randomUUID(), at: new Date(), connectionId: NO_CONNECTION },
        place: { scope: 'system', id: service },
        ...{ trouble: 'events-refused', transition: 'triggered', cause: 'refused' },
        dedupKey: `refused ${service}`,
        what: `An event of ${service} for ${topic} cannot be published: ${reason}. It is kept, and what it tells has no effect elsewhere.`,
        remedy: `Look at row ${id} of the table outbox_refused of ${service}. Once its reason is gone, put it back into the outbox as "Operate" describes.`,
      }),
    );
  await addToOutbox(transaction, topics.alerts, alerts);
}
