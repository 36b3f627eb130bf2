/** Makes a lead of what another lead tells, because a person says so: once, whoever asks, and however often. */
import { type LeadMade, type LeadMaking, type MadeLead, present } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { derivedId } from '../derived-id.ts';
import { acceptAll } from '../lead-store.ts';
import type { GatewayTables } from '../tables.ts';

/** @returns `undefined` where the connection that it is to go to takes none */
export function makeLead(
  database: Kysely<GatewayTables>,
  making: LeadMaking,
  now: Date,
): Promise<MadeLead | undefined> {
  const leadId = madeLeadId(making);
  const { leadId: ofLead, from, at, connectionId } = making;
  return database.transaction().execute(async (transaction) => {
    // Another who asks at the same time waits here until this one is done.
    const { rows } = await sql`
      insert into made_leads (of_lead, kind, at, lead_id, made_at)
      select ${ofLead}::uuid, ${from}, ${at}::timestamptz, ${leadId}::uuid, ${now}::timestamptz
      from connections where connection_id = ${connectionId} and state <> 'deleted'
      on conflict do nothing returning lead_id
    `.execute(transaction);
    if (rows.length === 0) return madeBefore(transaction, making);
    // Without a fingerprint: what it has in common with the other lead folds it into none.
    await acceptAll(transaction, [{ lead: eventOf(making, leadId, now), windowMs: 0 }]);
    return { leadId, isNew: true };
  });
}

async function madeBefore(
  database: Kysely<GatewayTables>,
  { leadId: ofLead, from, at }: LeadMaking,
): Promise<MadeLead | undefined> {
  const row = await database
    .selectFrom('made_leads')
    .select('lead_id')
    .where('of_lead', '=', ofLead)
    .where('kind', '=', from)
    .where('at', '=', new Date(at))
    .executeTakeFirst();
  return row && { leadId: row.lead_id, isNew: false };
}

function eventOf(making: LeadMaking, leadId: string, now: Date) {
  const { by, from, leadId: id, at, connectionId, isTest, lead, original, originalBytes } = making;
  const made: LeadMade = { from, id, by, ...(from === 'repeat' && { repeatAt: at }) };
  return {
    ...{ leadId, connectionId, isTest, lead, original, made },
    ...{ receivedAt: at, acceptedAt: now.toISOString() },
    ...present({ originalBytes }),
  };
}

/** The same for the same lead, kind and time, always: not even without its row is a second one made, or written. */
function madeLeadId({ leadId, from, at }: Pick<LeadMaking, 'leadId' | 'from' | 'at'>): string {
  return derivedId(`${leadId.toLowerCase()} ${from} ${Date.parse(at)}`);
}
