/**
 * Empties the ledger of what can be read from the topics again, and has the portal read it again.
 *
 * Topics keep leads for two weeks, the ledger for longer: a lead stays as it is where the record that accepted it, or
 * the one that says what became of it, has gone from its topic, or is older than its publisher keeps leads, for then it
 * is not read again. So do repeats, mails, the transitions of incidents and
 * the steps of Validates: they are what was told, and never change.
 */
import { topics } from '@leads/contracts';
import { type KafkaSettings, oldestRecords, rewindGroup } from '@leads/kafka';
import { leadsBefore, type Retention } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { foldValidations } from './keep-validations.ts';
import { publishersLeadsBefore } from './still-kept.ts';

/** How many leads went, to be read again, and how many stayed. */
export interface Rebuilding {
  leads: number;
  kept: number;
}

/**
 * One transaction. The group is rewound within it, while what an instance would write waits for the tables: one that
 * starts now finds the ledger emptied. Where it fails after that, the portal reads everything onto the ledger as it
 * is, which changes nothing.
 * @throws GroupInUse while an instance of the portal runs; nothing is changed then
 */
export async function rebuildLedger(
  database: Kysely<PortalTables>,
  kafka: KafkaSettings,
  retention: Retention,
): Promise<Rebuilding> {
  const accepted = await oldestRecords(kafka, 'portal', topics.leadsAccepted);
  const settled = await oldestRecords(kafka, 'portal', topics.leadsOutcomes);
  return database.transaction().execute(async (transaction) => {
    await sql`lock table connections, leads, timeline, lanes, validations, incidents in access exclusive mode`.execute(
      transaction,
    );
    await rewindGroup(kafka, 'portal');
    const leads = await forgetLeads(transaction, { accepted, settled, retention });
    await countAgain(transaction);
    // The version and the report that are in the topic replace them, whatever they say.
    await sql`update connections set version = 0`.execute(transaction);
    await sql`update lanes set at = 'epoch'`.execute(transaction);
    await sql`update incidents set version = 0`.execute(transaction);
    const validations = await transaction.selectFrom('validations').select('validation_id').execute();
    await foldValidations(
      transaction,
      validations.map((row) => row.validation_id),
    );
    const { rows } = await sql<{ kept: number }>`select count(*)::int as kept from leads`.execute(
      transaction,
    );
    return { leads, kept: rows[0]?.kept ?? 0 };
  });
}

/** Removes the leads all of whose records are still there. */
async function forgetLeads(
  transaction: Kysely<PortalTables>,
  {
    accepted,
    settled,
    retention,
  }: {
    accepted: ReadonlyMap<number, Date>;
    settled: ReadonlyMap<number, Date>;
    retention: Retention;
  },
): Promise<number> {
  const now = new Date();
  const partitions = (oldest: ReadonlyMap<number, Date>) => sql`
    (select * from unnest(${[...oldest.keys()]}::int[], ${[...oldest.values()].map((at) => at.toISOString())}::timestamptz[])
       as oldest (partition, at))
  `;
  const { rows } = await sql<{ leads: number }>`
    with kept as (
      select connection_id, ${publishersLeadsBefore(retention, now)} as since
      from connections left join publishers on publishers.id = publisher_id
    ), forgotten as (
      delete from leads
      where coalesce(least(accepted_told_at, outcome_told_at) >= coalesce(
          (select since from kept where kept.connection_id = leads.connection_id),
          ${leadsBefore(retention, sql`null::int`, now)}
        ), true)
        and (not is_accepted or exists (
          select from ${partitions(accepted)} as oldest where partition = accepted_partition and at <= accepted_told_at
        ))
        and (outcome_at is null or exists (
          select from ${partitions(settled)} as oldest where partition = outcome_partition and at <= outcome_told_at
        ))
      returning lead_id
    ), told as (
      delete from timeline using forgotten
      where timeline.lead_id = forgotten.lead_id and kind in ('deferred', 'dead', 'replayed', 'written')
    )
    select count(*)::int as leads from forgotten
  `.execute(transaction);
  return rows[0]?.leads ?? 0;
}

/** Totals of the leads that stay and of those that went because they were old, whatever was counted before. */
async function countAgain(transaction: Kysely<PortalTables>): Promise<void> {
  await sql`delete from totals where written_gone = 0 and removed = 0`.execute(transaction);
  await sql`
    update totals set accepted = written_gone + removed, written = written_gone, dead = 0
  `.execute(transaction);
  await sql`
    insert into totals (connection_id, accepted, written, dead, last_lead_at)
    select connection_id, count(*), count(*) filter (where state = 'written'), count(*) filter (where state = 'dead'),
           max(accepted_at)
    from leads where accepted_at is not null and not is_test group by connection_id
    on conflict (connection_id) do update
      set accepted = totals.accepted + excluded.accepted, written = totals.written + excluded.written,
          dead = excluded.dead
  `.execute(transaction);
}
