/** Rows of a lane that cannot be read are taken out of it, so that it goes on: their content is kept, and told of. */
import { type LeadOutcome, MarketplaceLead, type Reason, topics } from '@leads/contracts';
import { addToOutbox, keepUndecodable } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { Holding, UndecodableRow } from './deliveries.ts';
import { tellTrouble } from './tell-trouble.ts';

/** What they are kept under in the table of undecodable records, in place of a topic. */
export const DELIVERIES = 'deliveries';

/**
 * Takes rows that cannot be read out of a lane, so that it goes on: each is dead, its content is kept in the table of
 * undecodable records, and the connection's contacts are told.
 * @returns those that were; none where the lane is another's by now
 */
export function putRowsAside(
  database: Kysely<DeliveryTables>,
  lane: Holding,
  rows: UndecodableRow[],
  now: Date,
): Promise<UndecodableRow[]> {
  return database.transaction().execute((transaction) => putRowsAsideIn(transaction, lane, rows, now));
}

/** The same in a transaction that does more. */
export async function putRowsAsideIn(
  transaction: Kysely<DeliveryTables>,
  lane: Holding,
  rows: UndecodableRow[],
  now: Date,
): Promise<UndecodableRow[]> {
  const { connectionId } = lane;
  const at = now.toISOString();
  const { rows: taken } = await sql<{ lead_id: string }>`
      update deliveries
      set state = 'dead', settled_at = ${now}, accepted = null, last_failure = ${JSON.stringify(UNDECODABLE)}
      from lanes
      where lead_id = any(${rows.map(({ leadId }) => leadId)}::uuid[]) and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning lead_id
    `.execute(transaction);
  const ids = new Set(taken.map((row) => row.lead_id));
  const aside = rows.filter(({ leadId }) => ids.has(leadId));
  await keepUndecodable(
    transaction,
    aside.map(({ leadId, accepted, why }) => ({
      topic: DELIVERIES,
      partition: 0,
      offset: leadId,
      key: Buffer.from(connectionId),
      value: Buffer.from(accepted),
      reason: why,
    })),
  );
  await addToOutbox(
    transaction,
    topics.leadsOutcomes,
    aside.map(({ leadId, attempts, isTest, accepted }): LeadOutcome => {
      const facts = { leadId, connectionId, at, attempts, isTest, lead: leadIn(accepted) };
      return { ...facts, outcome: 'dead', reason: UNDECODABLE };
    }),
  );
  await tellTrouble(
    transaction,
    lane,
    now,
    aside.map(({ leadId }) => ({
      trouble: 'records-undecodable',
      transition: 'triggered',
      cause: UNDECODABLE.cause,
      what: `The lead ${leadId} could not be read by the writer. Its content is kept.`,
      remedy: UNDECODABLE.remedy,
    })),
  );
  return aside;
}

const UNDECODABLE: Reason = {
  cause: 'undecodable',
  what: 'What was kept of the lead cannot be read any more. Its content is kept as it is.',
  remedy: 'Ask the operators of this system to look at the table undecodable.',
};

/** Of a row that cannot be read, the lead if at least that can. */
function leadIn(accepted: string): MarketplaceLead {
  try {
    return MarketplaceLead.parse((JSON.parse(accepted) as { lead?: unknown }).lead);
  } catch {
    const customer = {
      firstName: '',
      lastName: '',
      email: '',
      phone: '',
      country: '',
      company: '',
      title: '',
    };
    return { customer, leadSource: '', actionCode: '', offerTitle: '', description: '' };
  }
}
