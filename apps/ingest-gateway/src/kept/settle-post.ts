/** What a person decides of posts that were kept: each is settled once, whoever asks, and however often. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  alertOf,
  type AllSettled,
  type Correction,
  type FoundLead,
  isMarketplaceTest,
  type LeadMade,
  type Settled,
  topics,
} from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, type RawBuilder, sql, type SqlBool, type Transaction } from 'kysely';
import { derivedId } from '../derived-id.ts';
import { fingerprintOf, identityOf } from '../fingerprint.ts';
import { acceptAll } from '../lead-store.ts';
import { originalOf } from '../original.ts';
import { readPost, textOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { leadsOf } from './correction.ts';
import { QUARANTINED } from './keep-post.ts';
import { countAlike, findRow, READY, waitsAlike } from './kept-posts.ts';
import { claimsOf, type KeptRow, restOf, understoodOf } from './understand-post.ts';

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

/** So many alike are settled in one request: whoever asks asks again for the others. */
const BATCH = 50;

/**
 * Makes leads of a post and of those alike, of each by what was found in it. None is made of what may hold another
 * customer, or of a body of which leads were accepted: a person has to look at that.
 * @returns `undefined` where there is no such post
 */
export async function replayAlike(
  database: Database,
  postId: string,
  options: ReplayOptions,
): Promise<AllSettled | undefined> {
  // What was kept before it was stored what was found is looked at as well.
  const may = sql<SqlBool>`(found is null or ${READY})`;
  return eachAlike(database, postId, may, async (row) => {
    const { found, isReady } = await understoodOf(database, row);
    return isReady ? replayPost(database, row.post_id, { lead: found }, options) : undefined;
  });
}

/** As {@link discardPost}, of a post and of those alike. */
export async function discardAlike(
  database: Database,
  postId: string,
  reason: string,
  decision: Decision,
): Promise<AllSettled | undefined> {
  return eachAlike(database, postId, sql<SqlBool>`true`, (row) =>
    discardPost(database, row.post_id, reason, decision),
  );
}

async function eachAlike(
  database: Database,
  postId: string,
  may: RawBuilder<SqlBool>,
  settle: (row: Pick<KeptRow, 'post_id' | 'found' | 'is_ready'>) => Promise<Settling | undefined>,
): Promise<AllSettled | undefined> {
  const row = await findRow(database, postId);
  if (!row) return undefined;
  const batch = await database
    .selectFrom('quarantine')
    .select(['post_id', 'found', 'is_ready'])
    .where(waitsAlike(row))
    .where(may)
    .orderBy('received_at')
    .orderBy('post_id')
    .limit(BATCH)
    .execute();
  let settled = 0;
  for (const each of batch) {
    // Those who post meanwhile are not kept waiting.
    await setImmediate();
    const one = await settle(each);
    if (one?.kind === 'settled' && one.settled.isNew) settled += 1;
  }
  const { all, more } = await countAlike(database, row, may);
  return { settled, left: all, more };
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

/** The leads of a correction but those that were accepted when the post came: of these, however long ago, none is made again. */
export function newLeadsOf(
  row: Pick<KeptRow, 'body' | 'connection_id' | 'accepted_ids' | 'content_type' | 'content_encoding' | 'why'>,
  correction: Correction,
): FoundLead[] {
  const isAccepted = row.accepted_ids.length > 0 || restOf(row.body, claimsOf(row)) !== undefined;
  const read = readPost(row.body, claimsOf(row));
  const idOf = ({ lead }: FoundLead): string => fingerprintOf(row.connection_id, lead).toString('hex');
  const accepted = new Set(isAccepted && read.kind === 'leads' ? read.leads.map(idOf) : []);
  return leadsOf(correction).filter((each) => !accepted.has(idOf(each)));
}

async function makeLeads(
  transaction: Transaction<GatewayTables>,
  row: KeptRow,
  correction: Correction,
  { by, at, windowMs: usualMs }: ReplayOptions,
): Promise<string[]> {
  const { post_id: postId, connection_id: connectionId, body } = row;
  const found = newLeadsOf(row, correction);
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
function leadIdOf(postId: string, place: number): string {
  return place === 0 ? postId : derivedId(`${postId} ${place}`);
}
