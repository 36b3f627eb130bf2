/** Statements that may settle mails. */
import type { Kysely, RawBuilder } from 'kysely';
import { shareContacts } from '../contacts/keep-contacts.ts';
import type { NotificationTables } from '../tables.ts';
import { tellMailed, type ToldMail } from './tell-mailed.ts';

/**
 * Runs such a statement while no contact changes, and commits with it what is told of the mails that it settled.
 * @param then what else belongs to it
 */
export function settling<Row extends ToldMail>(
  database: Kysely<NotificationTables>,
  statement: RawBuilder<Row>,
  then: (transaction: Kysely<NotificationTables>, rows: Row[]) => Promise<void> = () => Promise.resolve(),
): Promise<Row[]> {
  return database.transaction().execute(async (transaction) => {
    await shareContacts(transaction);
    const { rows } = await statement.execute(transaction);
    await tellMailed(transaction, rows);
    await then(transaction, rows);
    return rows;
  });
}
