/** Transitions of incidents as rows, until they have become mails to those whom they concern. */
import { Incident } from '@leads/contracts';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { NotificationTables } from '../tables.ts';
import { type Concerned, type Letter, lettersOf, openingOf, toldBy } from './letters.ts';
import { addLetters } from './mail-store.ts';

type Database = Kysely<NotificationTables>;

/**
 * What begins at many connections at once is told by each within seconds: waited for so long, in milliseconds, it is
 * one mail that names them all.
 */
const GATHER_MS = 10_000;

/** A connection that has not become known in that time will not: what is known is told. */
const WAIT_FOR_CONNECTIONS_MS = 3_600_000;
const LOOK_AGAIN_MS = 1_000;
const BATCH = 50;

/** Keeps transitions, each once; one that became mails already makes none again. */
export async function addNews(database: Database, incidents: readonly Incident[]): Promise<void> {
  if (incidents.length === 0) return;
  const rows = incidents.map((incident) => ({
    incident_id: incident.incidentId,
    version: incident.version,
    transition: incident.transition,
    event: JSON.stringify(incident),
    due_at: inMs(mayGrow(incident) ? GATHER_MS : 0),
  }));
  await database
    .insertInto('incident_news')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** So many milliseconds from now, by the database's clock. */
const inMs = (ms: number) => sql<Date>`now() + ${ms}::float8 * interval '1 millisecond'`;

function mayGrow({ transition, place }: Incident): boolean {
  return (transition === 'opened' || transition === 'changed') && place.scope !== 'connection';
}

/**
 * Makes mails of what is due; what waits for its contact ends after `heldMs`. Any number of processes may do so at once.
 */
export function addressNews(database: Database, heldMs: number): Promise<void> {
  return database.transaction().execute(async (transaction) => {
    const due = await transaction
      .selectFrom('incident_news')
      .selectAll()
      .select(sql<number>`(extract(epoch from now() - received_at) * 1000)::float8`.as('waited_ms'))
      .where('due_at', '<=', sql<Date>`now()`)
      .orderBy('due_at')
      .orderBy('version')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const news of due) await address(transaction, news, heldMs);
  });
}

type News = Selectable<NotificationTables['incident_news']> & { waited_ms: number };

async function address(
  transaction: Transaction<NotificationTables>,
  news: News,
  heldMs: number,
): Promise<void> {
  const { incident_id: incidentId, version, transition } = news;
  const newest = await readNewest(transaction, news);
  const concerned = await readConcerned(transaction, newest.connectionIds);
  const isLacking = concerned.length < newest.connectionIds.length;
  if (isLacking && news.waited_ms < WAIT_FOR_CONNECTIONS_MS) {
    await transaction
      .updateTable('incident_news')
      .set({ due_at: inMs(LOOK_AGAIN_MS) })
      .where('incident_id', '=', incidentId)
      .where('version', '=', version)
      .execute();
    return;
  }
  const told = toldBy(transition, newest);
  if (told) {
    const letters = lettersOf(incidentId, told, version, concerned);
    const wanted = told === 'resolved' ? await ofThoseTold(transaction, incidentId, letters) : letters;
    await addLetters(transaction, { told, incident: newest }, wanted, heldMs);
  }
  await transaction
    .deleteFrom('incident_news')
    .where('incident_id', '=', incidentId)
    .where('version', '=', version)
    .execute();
}

/** The incident as it is known now. */
async function readNewest(
  transaction: Database,
  { incident_id: incidentId, event }: News,
): Promise<Incident> {
  const row = await transaction
    .selectFrom('incident_news')
    .select('event')
    .where('incident_id', '=', incidentId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Incident.parse(JSON.parse(row?.event ?? event));
}

async function readConcerned(transaction: Database, connectionIds: readonly string[]): Promise<Concerned[]> {
  if (connectionIds.length === 0) return [];
  const rows = await transaction
    .selectFrom('connections')
    .selectAll()
    .where('connection_id', 'in', connectionIds)
    .orderBy('offer_title')
    .execute();
  return rows.map((row) => ({
    connectionId: row.connection_id,
    title: row.offer_title,
    organization: row.organization,
    contacts: row.contact_emails,
  }));
}

/** Who was not told of the opening need not be told of the end. */
async function ofThoseTold(
  transaction: Database,
  incidentId: string,
  letters: readonly Letter[],
): Promise<readonly Letter[]> {
  if (letters.length === 0) return letters;
  const openings = letters.map(({ contact }) => openingOf(incidentId, contact));
  const rows = await transaction
    .selectFrom('mails')
    .select('about_id')
    .where('kind', '=', 'incident')
    .where('about_id', 'in', openings)
    .execute();
  const told = new Set(rows.map((row) => row.about_id));
  return letters.filter(({ contact }) => told.has(openingOf(incidentId, contact)));
}
