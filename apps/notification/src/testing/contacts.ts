/** Contacts as tests need them. */
import type { Kysely } from 'kysely';
import { keepDomains, lockContacts } from '../contacts/keep-contacts.ts';
import type { NotificationTables } from '../tables.ts';

/** As if an operator had set a publisher's only own domain. */
export function ownDomain(
  database: Kysely<NotificationTables>,
  publisherId: string,
  domain: string,
): Promise<void> {
  return database.transaction().execute(async (transaction) => {
    await lockContacts(transaction);
    await keepDomains(transaction, [{ publisherId, domains: [domain], at: new Date().toISOString() }]);
  });
}
