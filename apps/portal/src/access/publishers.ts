/** Publishers: whose directory acts for whom. */
import { Injectable } from '@nestjs/common';
import { Kysely, sql, type Transaction } from 'kysely';
import { readMailDomain, topics } from '@leads/contracts';
import type { ApprovedPublisher, PublisherFacts, PublisherRegistration } from '@leads/contracts/portal-api';
import { addToOutbox } from '@leads/database';
import type { PortalTables } from '../tables.ts';

/** A publisher to be, with the domains of its own. */
type NewPublisher = PublisherRegistration & { domains?: readonly string[] | undefined };

export type Registered =
  { ok: true; publisher: PublisherFacts } | { ok: false; taken: 'id' | 'directory'; by?: string };

@Injectable()
export class Publishers {
  constructor(private readonly database: Kysely<PortalTables>) {}

  /** The publisher that a directory's people act for. */
  ofDirectory(directoryId: string): Promise<PublisherFacts | undefined> {
    return this.database
      .selectFrom('publishers')
      .select(['id', 'name'])
      .where('directory_id', '=', directoryId)
      .executeTakeFirst();
  }

  find(id: string): Promise<PublisherFacts | undefined> {
    return this.database
      .selectFrom('publishers')
      .select(['id', 'name'])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  /** One of this id, however it is spelled. */
  findAlike(id: string): Promise<PublisherFacts | undefined> {
    return this.database
      .selectFrom('publishers')
      .select(['id', 'name'])
      .where(sql`lower(id)`, '=', id.toLowerCase())
      .executeTakeFirst();
  }

  /** Whose a connection is, deleted ones too, as far as the ledger has heard. */
  async ofConnection(connectionId: string): Promise<string | undefined> {
    const row = await this.database
      .selectFrom('connections')
      .select('publisher_id')
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row?.publisher_id;
  }

  /** Whether a connection that the ledger has heard of is of this publisher, however its id is spelled. */
  async haveConnections(id: string): Promise<boolean> {
    const found = await this.database
      .selectFrom('connections')
      .select('connection_id')
      .where(sql`lower(publisher_id)`, '=', id.toLowerCase())
      .limit(1)
      .executeTakeFirst();
    return found !== undefined;
  }

  /** Registers one. Ids that differ in letter case only are the same: people could not tell them apart. */
  register(registration: NewPublisher, directoryId: string): Promise<Registered> {
    return this.database
      .transaction()
      .execute((transaction) => this.registerWithin(transaction, registration, directoryId));
  }

  /** As {@link register}, as part of something greater. */
  async registerWithin(
    transaction: Transaction<PortalTables>,
    { id, name, domains = [] }: NewPublisher,
    directoryId: string,
  ): Promise<Registered> {
    await sql`lock table publishers in share row exclusive mode`.execute(transaction);
    const others = await transaction
      .selectFrom('publishers')
      .select(['id', 'directory_id'])
      .where((where) =>
        where.or([where(sql`lower(id)`, '=', id.toLowerCase()), where('directory_id', '=', directoryId)]),
      )
      .execute();
    const sameDirectory = others.find((other) => other.directory_id === directoryId);
    if (sameDirectory) return { ok: false, taken: 'directory', by: sameDirectory.id };
    if (others.length > 0) return { ok: false, taken: 'id' };
    const publisher = { id, name, directory_id: directoryId, domains: asWritten(domains) };
    await transaction.insertInto('publishers').values(publisher).execute();
    await tellDomains(transaction, id);
    await transaction.deleteFrom('publisher_requests').where('directory_id', '=', directoryId).execute();
    return { ok: true, publisher: { id, name } };
  }

  /** All of them, by name. */
  list(): Promise<ApprovedPublisher[]> {
    return this.database
      .selectFrom('publishers')
      .select(['id', 'name', 'domains'])
      .orderBy('name')
      .orderBy('id')
      .execute();
  }

  /** Sets the domains whose addresses count as a publisher's own. @returns it as it is then; `undefined` for none */
  setDomains(id: string, domains: readonly string[]): Promise<ApprovedPublisher | undefined> {
    return this.database.transaction().execute(async (transaction) => {
      const publisher = await transaction
        .updateTable('publishers')
        .set({ domains: asWritten(domains) })
        .where('id', '=', id)
        .returning(['id', 'name', 'domains'])
        .executeTakeFirst();
      if (publisher) await tellDomains(transaction, id);
      return publisher;
    });
  }
}

/** Each once, in the one way that they are compared in. */
function asWritten(domains: readonly string[]): string[] {
  return [...new Set(domains.flatMap((domain) => readMailDomain(domain) ?? []))];
}

/**
 * Tells the domains of a publisher, or of all. Nobody changes them before the transaction ends: what is told last is
 * how it is, by the database's clock.
 */
async function tellDomains(transaction: Transaction<PortalTables>, id?: string): Promise<void> {
  const which = id === undefined ? sql`true` : sql`id = ${id}`;
  await sql`select from publishers where ${which} for share`.execute(transaction);
  const { rows } = await sql<{ publisherId: string; domains: string[]; at: Date }>`
    select id as "publisherId", domains, clock_timestamp() as at from publishers where ${which} order by id
  `.execute(transaction);
  await addToOutbox(
    transaction,
    topics.publishers,
    rows.map(({ at, ...told }) => ({ ...told, at: at.toISOString() })),
  );
}

/** Tells the domains of every publisher once more. */
export function tellAllDomains(database: Kysely<PortalTables>): Promise<void> {
  return database.transaction().execute((transaction) => tellDomains(transaction));
}
