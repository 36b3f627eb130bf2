/** What goes of the portal's tables once it is old. */
import { type Aged, aged } from '@leads/database';
import { DAY_MS, HOUR_MS } from '@leads/pacing';
import type { Retention } from '@leads/service';
import { sql, type SqlBool } from 'kysely';
import { entriesOfOldLeads, oldLeads } from './old-leads.ts';

/** Longer than the database counts into them, so that nothing is taken from a row that has gone. */
const STATISTICS_MS = 9 * DAY_MS;

const isGone = (table: string, parent: string, key: string) =>
  sql<SqlBool>`not exists (
    select from ${sql.table(parent)} where ${sql.ref(`${parent}.${key}`)} = ${sql.ref(`${table}.${key}`)})`;

export function portalAges(retention: Retention): Aged[] {
  const { auditMs, leastLeadsMs, mostLeadsMs, putAsideMs } = retention;
  return [
    entriesOfOldLeads(retention),
    oldLeads(retention),
    // What was told late of a lead that had gone already.
    aged('timeline', { since: 'at', forMs: mostLeadsMs, only: isGone('timeline', 'leads', 'lead_id') }),
    replayedLeads(leastLeadsMs),
    aged('replays', {
      since: 'requested_at',
      forMs: leastLeadsMs,
      only: isGone('replays', 'replay_leads', 'replay_id'),
    }),
    // The newest Validate of a connection says how it is, whatever its age.
    aged('validations', {
      since: 'started_at',
      forMs: auditMs,
      only: sql<SqlBool>`exists (
        select from validations as later
        where later.connection_id = validations.connection_id and later.started_at > validations.started_at)`,
    }),
    aged('validation_steps', {
      since: 'at',
      forMs: auditMs,
      only: isGone('validation_steps', 'validations', 'validation_id'),
    }),
    aged('incidents', { since: 'resolved_at', forMs: auditMs, only: sql<SqlBool>`state = 'resolved'` }),
    aged('incident_transitions', {
      since: 'at',
      forMs: auditMs,
      only: isGone('incident_transitions', 'incidents', 'incident_id'),
    }),
    aged('audit', { since: 'at', forMs: auditMs }),
    aged('publisher_requests', {
      since: 'asked_at',
      forMs: putAsideMs,
      only: sql<SqlBool>`state = 'refused'`,
    }),
    aged('publisher_requests', { since: 'asked_at', forMs: auditMs }),
    // The newest stays: by it a client learns that it has missed nothing.
    aged('changes', { since: 'at', forMs: HOUR_MS, only: sql<SqlBool>`id < (select max(id) from changes)` }),
    // Told again should a list have it again.
    aged('contacts', {
      since: 'since',
      forMs: auditMs,
      only: sql<SqlBool>`not exists (
        select from connections, unnest(contact_emails) as email
        where connections.publisher_id = contacts.publisher_id and lower(email) = contacts.address)`,
    }),
    aged('statistics', { since: 'starts_at', forMs: STATISTICS_MS }),
    aged('latencies', { since: 'starts_at', forMs: STATISTICS_MS }),
    aged('usage', { since: 'hour', forMs: 48 * HOUR_MS }),
    aged('sessions', { since: 'expires_at', forMs: 0 }),
  ];
}

/** Apart from their replay, which may have very many; those that wait to be delivered again stay. */
function replayedLeads(forMs: number): Aged {
  return {
    table: 'replay_leads',
    forMs,
    remove: ({ before, limit }) => sql`
      delete from replay_leads where ctid = any(array(
        select replay_leads.ctid from replays join replay_leads using (replay_id)
        where requested_at < ${before}
          and not exists (
            select from leads where leads.lead_id = replay_leads.lead_id and leads.state = 'pending')
        limit ${limit} for update of replay_leads skip locked))
    `,
  };
}

/** What stays, whatever its age, and why. */
export const NOT_AGED: Readonly<Record<string, string>> = {
  changes_lock: 'no row: it is there to be locked',
  audit_repeats: 'what somebody does again and again, for a while; then it is one entry of the audit',
  connections: 'one row a connection; a deleted one stays, so that its publisher goes on seeing its leads',
  lanes: 'one row a connection: how its lane was last',
  lead_contents: 'goes with its lead, by its foreign key',
  publishers: 'one row a publisher',
  totals: 'one row of numbers a connection: what has gone is still counted',
};
