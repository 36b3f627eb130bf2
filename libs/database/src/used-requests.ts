/** Requests that were signed, over HTTP or on a topic, and were used: remembered by the database for every instance of a service. Housekeeping forgets them. */
import { type QueryExecutorProvider, sql } from 'kysely';

/** Longer than a request can be good by any two clocks that are permitted to differ. */
const REMEMBERED = sql`interval '10 minutes'`;

/** Marks a request as used. @param nonce a UUID @returns false where it was used before */
export async function useRequestOnce(database: QueryExecutorProvider, nonce: string): Promise<boolean> {
  const { rows } = await sql`
    insert into used_requests (nonce, forget_at) values (${nonce}, now() + ${REMEMBERED})
    on conflict do nothing returning nonce
  `.execute(database);
  return rows.length > 0;
}
