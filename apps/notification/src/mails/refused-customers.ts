/** Whose leads are dead of which cause, so that a mail about refused leads can name the customers. */
import { isEndedByPerson, type LeadOutcome } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { mailLine } from '@leads/messages';
import type { NotificationTables } from '../tables.ts';

type Database = Kysely<NotificationTables>;

/** Customers of dead leads, as far as a mail names them. */
export interface RefusedCustomers {
  /** Those whose leads died last, the newest first. Either text is empty where the customer left none. */
  named: { company: string; name: string }[];
  /** How many dead leads there are, these among them. */
  total: number;
}

/** More customers than one mail names. */
const MOST_NAMED = 10;

/**
 * Keeps what the last of each lead's outcomes says of it: dead, its customer is known, and forgotten otherwise.
 * @param outcomes in their order, lead by lead
 */
export async function keepRefused(database: Database, outcomes: readonly LeadOutcome[]): Promise<void> {
  const last = [...new Map(outcomes.map((outcome) => [outcome.leadId, outcome])).values()];
  const dead = last.flatMap((outcome) => (isRefused(outcome) && !outcome.isTest ? [outcome] : []));
  const others = last.filter((outcome) => !isRefused(outcome));
  if (dead.length > 0) {
    // In one line, for a text of PostgreSQL cannot carry every character that a name is sent with.
    await database
      .insertInto('refused_customers')
      .values(
        dead.map(({ leadId, connectionId, at, reason, lead: { customer } }) => ({
          lead_id: leadId,
          connection_id: connectionId,
          cause: reason.cause,
          company: mailLine(customer.company),
          name: mailLine(`${customer.firstName} ${customer.lastName}`),
          died_at: new Date(at),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('lead_id').doUpdateSet((row) => ({
          cause: row.ref('excluded.cause'),
          died_at: row.ref('excluded.died_at'),
        })),
      )
      .execute();
  }
  if (others.length > 0) {
    const ids = others.map(({ leadId }) => leadId);
    await database
      .deleteFrom('refused_customers')
      .where('lead_id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
  }
}

/** Dead of something that a mail can tell of: a deletion is what somebody did. */
function isRefused(outcome: LeadOutcome): outcome is LeadOutcome & { outcome: 'dead' } {
  return outcome.outcome === 'dead' && !isEndedByPerson(outcome.reason);
}

/** Whose leads of these connections are dead of a cause. */
export async function customersRefused(
  database: Database,
  connectionIds: readonly string[],
  cause: string,
): Promise<RefusedCustomers> {
  const { rows } = await sql<{ company: string; name: string; total: number }>`
    select company, name, count(*) over ()::int as total from refused_customers
    where connection_id = any(${connectionIds}::uuid[]) and cause = ${cause}
    order by died_at desc, lead_id limit ${MOST_NAMED}
  `.execute(database);
  const named = rows.map(({ company, name }) => ({ company, name }));
  return { named, total: rows[0]?.total ?? 0 };
}
