/** A ledger with very many leads, made by the database itself. */
const CONNECTIONS = 200;
const PUBLISHERS = 20;

/** Whose people sign in; the first of the publishers, with the largest of the connections. */
const FIRST_PUBLISHER = 'contoso';

/** Words that the searches of the measurement know of. */
export const WORDS = {
  /** In three leads. */
  rare: 'quizzaciously',
  /** In every tenth lead of the oldest tenth. */
  bygone: 'yesteryear',
  absent: 'xylograph',
} as const;

const FIRST_NAMES =
  'maria ana jose lena paul sofia jan eva max nina tom lisa karl ella hugo ida leo mia ben zoe omar aya yuki ravi';
const SYLLABLES =
  'ba be bo da de do fa fi ka ki ko la le lo ma me mi mo na ne no pa pe po ra re ro sa se so ta te to va vi wa zu';
const SUFFIXES = 'gmbh inc ltd ag corp';

/** Runs statements, and gives the rows of a single one. */
type Query = <Row>(text: string) => Promise<Row[]>;

/** A connection of the ledger by its number: from the largest, 0, to the smallest. */
export function connectionId(number: 'smallest' | 'largest'): string {
  const hex = (number === 'largest' ? 0 : CONNECTIONS - 1).toString(16).padStart(12, '0');
  return `00000000-0000-4000-8000-${hex}`;
}

const CONNECTION = `('00000000-0000-4000-8000-' || lpad(to_hex(connection), 12, '0'))::uuid`;
const PUBLISHER = `case when connection % ${PUBLISHERS} = 0 then '${FIRST_PUBLISHER}'
                        else 'publisher-' || connection % ${PUBLISHERS} end`;

/**
 * Fills `portal` with leads over the past year, among connections of very different size: in their order, as
 * acceptances bring them, and with the totals that the triggers would have counted. Without what was posted, which
 * no list reads.
 */
export async function fillLedger(query: Query, leads: number): Promise<void> {
  const indexes = await query<{ indexdef: string; indexname: string }>(
    `select indexname, indexdef from pg_indexes where schemaname = 'portal' and tablename = 'leads'
       and indexname <> 'leads_pkey'`,
  );
  await query(
    [
      ...indexes.map(({ indexname }) => `drop index portal."${indexname}"`),
      `alter table portal.leads disable trigger user`,
    ].join(';'),
  );
  await query(
    `insert into portal.connections (connection_id, version, changed_at, publisher_id, publisher_name, offer_id,
                                     offer_title, url, authentication, contact_emails, state)
     select ${CONNECTION}, 1, now(), ${PUBLISHER}, 'Publisher ' || connection % ${PUBLISHERS}, 'offer-' || connection,
            'Offer ' || connection, 'https://org' || connection || '.crm4.dynamics.com', 'azure-active-directory', '{}',
            'published'
     from generate_series(0, ${CONNECTIONS - 1}) as connection`,
  );
  await query(
    `insert into portal.leads (lead_id, connection_id, publisher_id, accepted_at, received_at, is_accepted, is_test,
                               offer_title, name, company, email, country, action_code, search, state, attempts,
                               outcome_at, written_at, crm_id, organization, accepted_partition, accepted_told_at,
                               outcome_partition, outcome_told_at)
     select lead_id, ${CONNECTION}, ${PUBLISHER}, at, at, true,
            number % 211 = 0, 'Offer ' || connection, initcap(first || ' ' || last), initcap(company), email, 'DE', 'INS',
            ' ' || first || ' ' || last || ' | ' || company || ' | ' ||
              regexp_replace(email, '[^a-z0-9]+', ' ', 'g') || ' ',
            state, 1, at + interval '1 second', case when state = 'written' then at + interval '1 second' end,
            case when state = 'written' then lead_id end, 'https://org' || connection || '.crm4.dynamics.com', 0, at,
            0, at
     from (
       select *, first || '.' || last || number % 977 || '@' || split_part(company, ' ', 1) || '.example' as email
       from (
         select gen_random_uuid() as lead_id, number,
                -- A few connections have most leads.
                floor(${CONNECTIONS} * power(random(), 3))::int as connection,
                date_trunc('milliseconds', now() - (${leads} - number) * interval '30 seconds') as at,
                (string_to_array('${FIRST_NAMES}', ' '))[1 + floor(24 * power(random(), 2))::int] as first,
                syllable[1 + hash1 % 37] || syllable[1 + hash2 % 37] || syllable[1 + hash3 % 37] || 'r' as last,
                case when number in (${leads} / 10, ${leads} / 2, ${leads} - ${leads} / 100) then '${WORDS.rare}'
                     when number < ${leads} / 10 and number % 10 = 0 then '${WORDS.bygone}'
                     else syllable[1 + hash3 % 37] || syllable[1 + hash4 % 37] || syllable[1 + hash1 % 37] || 'n' end
                  || ' ' || (string_to_array('${SUFFIXES}', ' '))[1 + hash2 % 5] as company,
                case when number > ${leads} - 500 and number % 3 = 0 then 'pending'
                     when hash4 % 300 = 0 then 'dead' else 'written' end as state
         from (
           select number, string_to_array('${SYLLABLES}', ' ') as syllable, abs(hashint4(number)) % 100003 as hash1,
                  abs(hashint4(number + 1000003)) % 100003 as hash2, abs(hashint4(number + 2000003)) % 100003 as hash3,
                  abs(hashint4(number + 3000017)) % 100003 as hash4
           from generate_series(1, ${leads}) as number
         ) as hashed
       ) as drawn
     ) as told`,
  );
  await query(
    `insert into portal.totals (connection_id, accepted, written, dead, last_lead_at)
     select connection_id, count(*), count(*) filter (where state = 'written'), count(*) filter (where state = 'dead'),
            max(accepted_at)
     from portal.leads where not is_test group by connection_id`,
  );
  await query(
    [
      `set maintenance_work_mem to '256MB'`,
      ...indexes.map(({ indexdef }) => indexdef),
      `reset maintenance_work_mem`,
      `alter table portal.leads enable trigger user`,
    ].join(';'),
  );
  await query('vacuum (analyze) portal.leads');
}
