/** What a person decides of posts that were kept: each is settled once, whoever asks, and however often. */
import { randomUUID } from 'node:crypto';
import {
  alertOf,
  type AllSettled,
  type Correction,
  isMarketplaceTest,
  type LeadMade,
  type Settled,
  topics,
} from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql, type Transaction } from 'kysely';
import { derivedId } from '../derived-id.ts';
import { identityOf } from '../fingerprint.ts';
import { acceptAll } from '../lead-store.ts';
import { originalOf } from '../original.ts';
import { fragmentsOf, textOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { leadsOf } from './correction.ts';
import { QUARANTINED } from './keep-post.ts';
import { claimsOf, findAlike, isReady, type KeptRow } from './kept-posts.ts';

type Database = Kysely<GatewayTables>;

/** Who decides, and when. */
export interface Decision {
  by: string;
  at: Date;
}

export interface ReplayOptions extends Decision {
  /** How long the same content is the same lead where the connection does not say, in milliseconds. */
  windowMs: number;
}

/** What became of a post that a person settled. */
export type Settling = { kind: 'settled'; settled: Settled } | { kind: 'unknown' } | { kind: 'no-lead' };

/**
 * Makes leads of a post by what a person made of it. Its first lead has the id of the post: no second one can be made,
 * here or in Dynamics. A lead that was accepted already by its content is that one.
 */
export function replayPost(
  database: Database,
  postId: string,
  correction: Correction,
  options: ReplayOptions,
): Promise<Settling> {
  return settling(database, postId, async (transaction, row) => {
    const leadIds = await makeLeads(transaction, row, correction, options);
    if (leadIds.length === 0) return undefined;
    return { ...decided('replayed', options), lead_ids: leadIds };
  });
}

/** Says of a post that it is no lead. */
export function discardPost(
  database: Database,
  postId: string,
  reason: string,
  decision: Decision,
): Promise<Settling> {
  return settling(database, postId, () => Promise.resolve({ ...decided('discarded', decision), reason }));
}

/**
 * Makes leads of a post and of those alike, of each by what was found in it.
 * @returns `undefined` where there is no such post
 */
export async function replayAlike(
  database: Database,
  postId: string,
  options: ReplayOptions,
): Promise<AllSettled | undefined> {
  return eachAlike(database, postId, (row) => {
    const lead = { lead: fragmentsOf(row.body, claimsOf(row)).lead };
    return isReady(row) ? replayPost(database, row.post_id, lead, options) : undefined;
  });
}

/** As {@link discardPost}, of a post and of those alike. */
export async function discardAlike(
  database: Database,
  postId: string,
  reason: string,
  decision: Decision,
): Promise<AllSettled | undefined> {
  return eachAlike(database, postId, (row) => discardPost(database, row.post_id, reason, decision));
}

async function eachAlike(
  database: Database,
  postId: string,
  settle: (row: KeptRow) => Promise<Settling> | undefined,
): Promise<AllSettled | undefined> {
  const row = await database
    .selectFrom('quarantine')
    .selectAll()
    .where('post_id', '=', postId)
    .executeTakeFirst();
  if (!row) return undefined;
  const alike = await findAlike(database, row);
  let settled = 0;
  for (const each of alike) {
    const one = await settle(each);
    if (one?.kind === 'settled') settled += 1;
  }
  return { settled, left: alike.length - settled };
}

type Settlement = Pick<KeptRow, 'state' | 'settled_at' | 'settled_by'> &
  Partial<Pick<KeptRow, 'reason' | 'lead_ids'>>;

function decided(state: 'replayed' | 'discarded', { by, at }: Decision): Settlement {
  return { state, settled_at: at, settled_by: by };
}

/** @param settle what becomes of a post that waits; `undefined` where it cannot be done */
function settling(
  database: Database,
  postId: string,
  settle: (transaction: Transaction<GatewayTables>, row: KeptRow) => Promise<Settlement | undefined>,
): Promise<Settling> {
  return database.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('quarantine')
      .selectAll()
      .where('post_id', '=', postId)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return { kind: 'unknown' };
    const { state, lead_ids: leadIds } = row;
    if (state !== 'kept') return { kind: 'settled', settled: { state, leadIds, isNew: false } };
    const settlement = await settle(transaction, row);
    if (!settlement) return { kind: 'no-lead' };
    await transaction.updateTable('quarantine').set(settlement).where('post_id', '=', postId).execute();
    await tellIfLast(transaction, row.connection_id, settlement.settled_at ?? new Date(0));
    return {
      kind: 'settled',
      settled: { state: settlement.state, leadIds: settlement.lead_ids ?? [], isNew: true },
    };
  });
}

/** Once nothing of a connection waits any more, its incident is over. */
async function tellIfLast(
  transaction: Transaction<GatewayTables>,
  connectionId: string,
  at: Date,
): Promise<void> {
  // Two who settle the last two at once would each see the other's.
  await sql`select 1 from connections where connection_id = ${connectionId} for no key update`.execute(
    transaction,
  );
  const { topic, key, value } = outboxRow(
    topics.alerts,
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at, transition: 'cleared', ...QUARANTINED },
      what: 'Every post that was put aside has been replayed or discarded.',
      remedy: 'Nothing need be done.',
    }),
  );
  await sql`
    insert into outbox (topic, key, value) select ${topic}, ${key}, ${value}
    where not exists (select 1 from quarantine where connection_id = ${connectionId} and state = 'kept')
  `.execute(transaction);
}

async function makeLeads(
  transaction: Transaction<GatewayTables>,
  row: KeptRow,
  correction: Correction,
  { by, at, windowMs: usualMs }: ReplayOptions,
): Promise<string[]> {
  const { post_id: postId, connection_id: connectionId, body } = row;
  const found = leadsOf(correction);
  const text = textOf(body, claimsOf(row));
  const made: LeadMade = { from: 'kept-post', id: postId, by };
  const windowMs = await windowOf(transaction, connectionId, usualMs);
  const posted = found.map(({ lead, part }, place) => ({
    lead: {
      ...{ leadId: leadIdOf(postId, place), connectionId, lead, made, isTest: isMarketplaceTest(lead) },
      receivedAt: row.received_at.toISOString(),
      acceptedAt: at.toISOString(),
      ...originalOf(body, text, { part }, found.length),
    },
    ...identityOf({ connectionId, lead }, undefined, windowMs),
  }));
  const accepted = posted.length === 0 ? [] : await acceptAll(transaction, posted);
  return accepted.map(({ leadId }) => leadId);
}

async function windowOf(
  transaction: Transaction<GatewayTables>,
  connectionId: string,
  usualMs: number,
): Promise<number> {
  const known = await transaction
    .selectFrom('connections')
    .select('repeat_hours')
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  const hours = known?.repeat_hours;
  return hours === null || hours === undefined ? usualMs : hours * 3_600_000;
}

/** The same for the same place of the same post, always; of the first lead the post's own. */
export function leadIdOf(postId: string, place: number): string {
  return place === 0 ? postId : derivedId(`${postId} ${place}`);
}
