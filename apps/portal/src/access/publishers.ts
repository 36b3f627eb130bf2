/** Publishers: whose directory acts for whom. */
import { Injectable } from '@nestjs/common';
import { Kysely, sql, type Transaction } from 'kysely';
import type { PublisherFacts, PublisherRegistration } from '@leads/contracts/portal-api';
import type { PortalTables } from '../tables.ts';

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
  register(registration: PublisherRegistration, directoryId: string): Promise<Registered> {
    return this.database
      .transaction()
      .execute((transaction) => this.registerWithin(transaction, registration, directoryId));
  }

  /** As {@link register}, as part of something greater. */
  async registerWithin(
    transaction: Transaction<PortalTables>,
    { id, name }: PublisherRegistration,
    directoryId: string,
  ): Promise<Registered> {
    await sql`select pg_advisory_xact_lock(hashtext('portal publishers'))`.execute(transaction);
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
    await transaction.insertInto('publishers').values({ id, name, directory_id: directoryId }).execute();
    await transaction.deleteFrom('publisher_requests').where('directory_id', '=', directoryId).execute();
    return { ok: true, publisher: { id, name } };
  }
}
