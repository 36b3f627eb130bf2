/** Every connection published once more as it is: for topics that lost one, or that hold what nobody signed. */
import { topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import type { Kysely } from 'kysely';
import { toEvent } from '../connection-facts.ts';
import type { CredentialsTables } from '../tables.ts';
import { lockConnections } from './connection-store.ts';

/** Connections in one transaction. */
const PAGE = 200;

/**
 * Puts the present version of each into the outbox, deleted ones too; a service that knows that version passes it over.
 * Nobody changes a connection between reading and telling it, so what is told last is how it is.
 * @returns how many there are
 */
export async function publishAgain(database: Kysely<CredentialsTables>, page = PAGE): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ;) {
    const connections = await database.transaction().execute(async (transaction) => {
      const locked = await lockConnections(transaction, { after, limit: page });
      await addToOutbox(transaction, topics.connections, locked.map(toEvent));
      return locked;
    });
    count += connections.length;
    after = connections.at(-1)?.connectionId;
    if (after === undefined) return count;
  }
}
