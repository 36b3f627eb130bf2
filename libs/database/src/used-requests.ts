/** Signed requests that were used, remembered by the database for every instance of a service. */
import { type QueryExecutorProvider, sql } from 'kysely';

/** Longer than a request can be good by any two clocks that are permitted to differ. */
const REMEMBERED = sql`interval '10 minutes'`;

/** Marks a request as used, and forgets those that are too old to be good. @returns false where it was used before */
export async function useRequestOnce(database: QueryExecutorProvider, nonce: string): Promise<boolean> {
  const { rows } = await sql`
    with old as (
      delete from used_requests where nonce in (
        select nonce from used_requests where forget_at < now() order by forget_at limit 10 for update skip locked)
    )
    insert into used_requests (nonce, forget_at) values (${nonce}, now() + ${REMEMBERED})
    on conflict do nothing returning nonce
  `.execute(database);
  return rows.length > 0;
}
