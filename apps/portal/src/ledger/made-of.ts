/** Which lead a person had made of another one, as its timeline says. */
import type { LeadMaking } from '@leads/contracts';
import { type RawBuilder, sql } from 'kysely';

/**
 * The id of the lead that was made, or null, as part of a statement; an index is found by these very words.
 * @param at of a repeat: when it came
 */
export function madeOf(
  from: LeadMaking['from'],
  leadId: RawBuilder<unknown>,
  at?: RawBuilder<unknown>,
): RawBuilder<string | null> {
  const isThen = at ? sql`(made.data ->> 'repeatAt')::timestamptz = ${at}` : sql`true`;
  return sql`(
    select made.lead_id from timeline as made
    where made.kind = 'made' and made.data ->> 'id' = ${leadId}::text and made.data ->> 'from' = ${from} and ${isThen}
    order by made.at limit 1
  )`;
}
