/** Requests to be a publisher: a directory's owner asks, an operator decides. */
import { Injectable } from '@nestjs/common';
import { Kysely, type Selectable } from 'kysely';
import { proposedDomains } from '@leads/contracts';
import type {
  PublisherApproval,
  PublisherFacts,
  PublisherRegistration,
  PublisherRequest,
  RegistrationState,
} from '@leads/contracts/portal-api';
import type { PortalTables } from '../tables.ts';
import type { Person } from './person.ts';
import { Publishers, type Registered } from './publishers.ts';

/** The operators' page shows so many, oldest first; the next ones come when these are decided. */
const MOST_SHOWN = 200;

export type Decided =
  { ok: true; publisher: PublisherFacts } | { ok: false; why: 'gone' | 'changed' | 'id' | 'directory' };

@Injectable()
export class PublisherRequests {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly publishers: Publishers,
  ) {}

  /** Writes down that a directory's owner asks; asked again, the newest counts. */
  async ask({ id, name }: PublisherRegistration, person: Person, now: Date): Promise<RegistrationState> {
    const asked = {
      ...{ id, name, state: 'waiting' as const, asked_at: now, reason: null },
      ...{ user_id: person.userId, user_name: person.name, user_email: person.email },
    };
    const row = await this.database
      .insertInto('publisher_requests')
      .values({ directory_id: person.directoryId, ...asked })
      .onConflict((conflict) => conflict.column('directory_id').doUpdateSet(asked))
      .returningAll()
      .executeTakeFirstOrThrow();
    return stateOf(row);
  }

  /** How far the request of a directory is; `undefined` where there is none. */
  async ofDirectory(directoryId: string): Promise<RegistrationState | undefined> {
    const row = await this.database
      .selectFrom('publisher_requests')
      .selectAll()
      .where('directory_id', '=', directoryId)
      .executeTakeFirst();
    return row && stateOf(row);
  }

  /** Those that wait, the oldest first. */
  async waiting(): Promise<PublisherRequest[]> {
    const rows = await this.database
      .selectFrom('publisher_requests')
      .selectAll()
      .where('state', '=', 'waiting')
      .orderBy('asked_at')
      .limit(MOST_SHOWN)
      .execute();
    return rows.map((row) => ({
      directoryId: row.directory_id,
      id: row.id,
      name: row.name,
      askedAt: row.asked_at.toISOString(),
      askedBy: { id: row.user_id, name: row.user_name, email: row.user_email },
      proposedDomains: proposedDomains(row.user_email),
    }));
  }

  /**
   * Makes the publisher of a request that waits.
   * @param seen what the operator has read, an owner may have asked for something else since; and its own domains
   */
  approve(directoryId: string, seen: PublisherApproval): Promise<Decided> {
    return this.database.transaction().execute(async (transaction): Promise<Decided> => {
      const request = await transaction
        .selectFrom('publisher_requests')
        .select(['id', 'name'])
        .where('directory_id', '=', directoryId)
        .where('state', '=', 'waiting')
        .forUpdate()
        .executeTakeFirst();
      if (!request) return { ok: false, why: 'gone' };
      if (request.id !== seen.id || request.name !== seen.name) return { ok: false, why: 'changed' };
      const made: Registered = await this.publishers.registerWithin(transaction, seen, directoryId);
      if (!made.ok) return { ok: false, why: made.taken };
      return made;
    });
  }

  /** @returns whether there was one that waited */
  async refuse(directoryId: string, reason: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('publisher_requests')
      .set({ state: 'refused', reason })
      .where('directory_id', '=', directoryId)
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

function stateOf(row: Selectable<PortalTables['publisher_requests']>): RegistrationState {
  return {
    ...{ id: row.id, name: row.name, state: row.state, askedAt: row.asked_at.toISOString() },
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}
