/** The test lead of a Validate: a delivery like any other, but marked as a test and first in its lane. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LeadAccepted, MarketplaceLead, Reason } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { dueAtOnce } from '../lanes/deliveries.ts';
import { notifyLanes } from '../lanes/lane-notice.ts';
import type { DeliveryTables } from '../tables.ts';

/** What became of a test lead; `late`: nothing yet, and why if that is known. */
export type TestLeadEnd =
  { kind: 'written' } | { kind: 'refused'; reason: Reason } | { kind: 'late'; reason: Reason | undefined };

/** How often to look whether it is settled, in milliseconds. */
const LOOK_MS = 100;

/** .NET counts ticks of 100 nanoseconds from the year 1: the marketplace numbers its own test leads so. */
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;

/**
 * A lead in the manner of the marketplace's own test leads, which publishers search for as `MSFT_TEST`.
 * @param leadId also the id of its record
 */
export function testLead(leadId: string, connectionId: string, now: Date): LeadAccepted {
  const name = `MSFT_TEST_${TICKS_AT_EPOCH + BigInt(now.getTime()) * 10_000n}`;
  const lead: MarketplaceLead = {
    customer: {
      firstName: name,
      lastName: name,
      email: `${name}@test.com`,
      phone: '1234567890',
      country: 'US',
      company: name,
      title: name,
    },
    leadSource: 'AzureMarketplace-INS',
    actionCode: 'INS',
    offerTitle: name,
    description: name,
  };
  return {
    leadId,
    connectionId,
    receivedAt: now.toISOString(),
    acceptedAt: now.toISOString(),
    isTest: true,
    lead,
    original: JSON.stringify(lead),
  };
}

/**
 * Puts a test lead into its lane, wakes the lane although it may be waiting for its connection to be mended, and
 * waits for what becomes of it. One that is not written by then is taken back.
 * @param patienceMs how long to wait at most
 * @throws once the signal is given; the lead stays in its lane then
 */
export async function deliverTestLead(
  database: Kysely<DeliveryTables>,
  accepted: LeadAccepted,
  patienceMs: number,
  signal: AbortSignal,
): Promise<TestLeadEnd> {
  const { leadId, connectionId, acceptedAt } = accepted;
  await database.transaction().execute(async (transaction) => {
    await sql`
      insert into deliveries (lead_id, connection_id, accepted, accepted_at, is_test, due_at)
      values (${leadId}, ${connectionId}, ${JSON.stringify(accepted)}, ${acceptedAt}, true, 'epoch')
      on conflict (lead_id) do nothing
    `.execute(transaction);
    await dueAtOnce(transaction, [connectionId]);
    await notifyLanes(transaction, { news: 'probe', connectionIds: [connectionId] });
  });
  const end = await waitFor(database, leadId, patienceMs, signal);
  if (end.kind !== 'written') await takeBackTestLead(database, leadId);
  return end;
}

/** Takes a test lead that is not written yet out of its lane: it never comes later. */
export async function takeBackTestLead(database: Kysely<DeliveryTables>, leadId: string): Promise<void> {
  await sql`delete from deliveries where lead_id = ${leadId} and is_test and state <> 'written'`.execute(
    database,
  );
}

async function waitFor(
  database: Kysely<DeliveryTables>,
  leadId: string,
  patienceMs: number,
  signal: AbortSignal,
): Promise<TestLeadEnd> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await sql<{
      state: string;
      attempts: number;
      failure: string | null;
      broken: string | null;
    }>`
      select deliveries.state, attempts, last_failure as failure, broken
      from deliveries left join lanes using (connection_id) where lead_id = ${leadId}
    `.execute(database);
    const [row] = rows;
    if (row?.state === 'written') return { kind: 'written' };
    const reason = reasonIn(row?.failure) ?? reasonIn(row?.broken);
    // What the connection itself refuses, a second attempt would be refused as well.
    const isFinal = row?.state === 'dead' || (row !== undefined && row.attempts > 0 && row.broken !== null);
    if (isFinal && reason) return { kind: 'refused', reason };
    if (performance.now() >= deadline) return { kind: 'late', reason };
    await delay(LOOK_MS, undefined, { signal });
  }
}

function reasonIn(json: string | null | undefined): Reason | undefined {
  return json ? (JSON.parse(json) as Reason) : undefined;
}
