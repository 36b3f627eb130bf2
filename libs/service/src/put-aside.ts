/** What becomes of records that are not taken, and of events that cannot be published. */
import { randomUUID } from 'node:crypto';
import { type Alert, alertOf, NO_CONNECTION, type Topic, topics } from '@leads/contracts';
import {
  addToOutbox,
  causeOf,
  isOfTheData,
  keepUndecodable,
  type RefusedEvent,
  type WithOutbox,
  type WithUndecodable,
} from '@leads/database';
import type { Undecodable } from '@leads/kafka';
import type { Kysely, QueryExecutorProvider } from 'kysely';
import { z } from 'zod';

/**
 * Why the database refuses what records say: by its code alone, for its words may quote them. Undefined where it is
 * not for what they say that they could not be kept.
 */
export function refusalOf(error: unknown): string | undefined {
  if (!isOfTheData(error)) return undefined;
  return `The database cannot keep what it says (PostgreSQL's code ${String(causeOf(error))}).`;
}

const ConnectionId = z.uuid();

const catalogue: readonly Topic[] = Object.values(topics);

/**
 * Keeps records that are not taken, and tells of each once: those whose connection it is, where the key of a record
 * that cannot be read or kept says so, else who operates the service. What a record says that nobody proves to have published
 * is nothing to go by: of those the operators hear, once a topic.
 */
export async function putAside(
  database: Kysely<WithOutbox & WithUndecodable>,
  records: Undecodable[],
  service: string,
  at: Date,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const fresh = await keepUndecodable(transaction, records);
    const unusable = fresh.filter(({ fault }) => fault !== 'unproven');
    const unproven = Map.groupBy(
      fresh.filter(({ fault }) => fault === 'unproven'),
      ({ topic }) => topic,
    );
    await addToOutbox(transaction, topics.alerts, [
      ...unusable.map((record) => alertOfUnusable(record, service, at)),
      ...[...unproven].map(([topic, ofTopic]) => alertOfUnproven(topic, ofTopic, service, at)),
    ]);
  });
}

function alertOfUnusable(record: Undecodable, service: string, at: Date): Alert {
  const keyedBy = catalogue.find(({ name }) => record.topic === name)?.keyedBy;
  const { success, data: connectionId } = ConnectionId.safeParse(record.key?.toString());
  const isOfConnection = keyedBy === 'connection' && success;
  return alertOf({
    ...{ alertId: randomUUID(), at },
    connectionId: isOfConnection ? connectionId : NO_CONNECTION,
    ...(!isOfConnection && { place: { scope: 'system', id: service } as const }),
    ...{ trouble: 'records-undecodable', transition: 'triggered', cause: 'undecodable' },
    // Of nobody's records each service tells by itself.
    dedupKey: `undecodable ${service}`,
    what: `A record could not be ${record.fault === 'refused' ? 'kept' : 'read'} by ${service} (${placeOf(record)}). Its bytes are kept.`,
    remedy: 'Ask the operators of this system to look at the table undecodable.',
  });
}

function alertOfUnproven(topic: string, records: Undecodable[], service: string, at: Date): Alert {
  const [first] = records;
  const which = first
    ? ` (${placeOf(first)}${records.length > 1 ? ' and others' : ''}): ${first.reason}`
    : '.';
  return alertOf({
    ...{ alertId: randomUUID(), at, connectionId: NO_CONNECTION },
    place: { scope: 'system', id: service },
    ...{ trouble: 'records-undecodable', transition: 'triggered', cause: 'unproven' },
    dedupKey: `unproven ${topic} ${service}`,
    what: `Nothing proves that one of our services published ${records.length === 1 ? 'a record' : `${records.length} records`} on ${topic}${which} ${service} put them aside and did nothing about them.`,
    remedy: `See that every service signs, and that SERVICE_KEYS_FILE of ${service} has the public key of each. Where they do, somebody else writes to ${topic}: take that access away at the broker.`,
  });
}

function placeOf({ topic, partition, offset }: Undecodable): string {
  return `${topic}, partition ${partition}, offset ${offset}`;
}

/**
 * Tells the operators of events that were put aside because no topic takes them. Of alerts it tells nothing: what would
 * tell of them might be refused as well, and again without end.
 */
export async function tellRefused(
  transaction: QueryExecutorProvider,
  events: readonly RefusedEvent[],
  service: string,
  at: Date,
): Promise<void> {
  const alerts = events
    .filter(({ topic }) => topic !== topics.alerts.name)
    .map(({ id, topic, reason }) =>
      alertOf({
        ...{ alertId: randomUUID(), at, connectionId: NO_CONNECTION },
        place: { scope: 'system', id: service },
        ...{ trouble: 'events-refused', transition: 'triggered', cause: 'refused' },
        dedupKey: `refused ${service}`,
        what: `An event of ${service} for ${topic} cannot be published: ${reason}. It is kept, and what it tells has no effect elsewhere.`,
        remedy: `Look at row ${id} of the table outbox_refused of ${service}. Once its reason is gone, put it back into the outbox as "Operate" describes.`,
      }),
    );
  await addToOutbox(transaction, topics.alerts, alerts);
}
