/** What can be understood of a post that is kept: read once, and kept with it; whoever looks at it later reads nothing. */
import { setImmediate } from 'node:timers/promises';
import { type MarketplaceLead, type NotUnderstood, readFragments, readLeads } from '@leads/contracts';
import type { Kysely, Selectable } from 'kysely';
import type { BodyClaims } from '../decode-body.ts';
import { fragmentsOf, readPost, textOf } from '../read-post.ts';
import type { GatewayTables } from '../tables.ts';
import { asBody } from './correction.ts';

export type KeptRow = Selectable<GatewayTables['quarantine']>;

/** What the sender said of a body, and why it is kept. */
export type KeptClaims = BodyClaims & { why: NotUnderstood | null };

/** What was understood of a post. */
export interface Understood {
  /** The fields of one lead; where the body held leads that were accepted, of what else was in it. */
  found: MarketplaceLead;
  /** The names of all fields of that. */
  names: string[];
  /** Whether what was found makes a lead that says who it is about, and is all that there may be in it. */
  isReady: boolean;
  /** The size that it is looked through in, in bytes. */
  unpackedBytes: number;
}

/** Reads a body of which no lead could be made, or not of all of it. Takes milliseconds; pure. */
export function understand(body: Buffer, claims: KeptClaims): Understood {
  const rest = restOf(body, claims);
  const { lead, names, isOne } = rest ? readFragments('', rest) : fragmentsOf(body, claims);
  return {
    found: lead,
    names,
    isReady: rest === undefined && isOne && makesLead(lead),
    unpackedBytes: Math.max(body.length, Buffer.byteLength(textOf(body, claims))),
  };
}

/** The parts of a body that were not understood beside its leads, which are accepted; `undefined` where it has none. */
export function restOf(body: Buffer, claims: KeptClaims): unknown[] | undefined {
  // None of what the database did not take was accepted.
  if (claims.why === 'not-storable') return undefined;
  const read = readPost(body, claims);
  return read.kind === 'leads' && !read.isWhole ? read.rest : undefined;
}

function makesLead(lead: MarketplaceLead): boolean {
  const { firstName, lastName, email, phone, company } = lead.customer;
  const hasSomebody = [firstName, lastName, email, phone, company].some((text) => text !== '');
  return hasSomebody && readLeads(asBody(lead)).kind === 'leads';
}

/** What was understood of a post that is kept; of one that was kept before that was stored, it is read and stored now. */
export async function understoodOf(
  database: Kysely<GatewayTables>,
  row: Pick<KeptRow, 'post_id' | 'found' | 'is_ready'>,
): Promise<Pick<Understood, 'found' | 'isReady'>> {
  const { post_id: postId, found, is_ready: isReady } = row;
  if (found !== null) return { found, isReady: isReady === true };
  // Those who post meanwhile are not kept waiting by many that are read here.
  await setImmediate();
  const kept = await database
    .selectFrom('quarantine')
    .select(['body', 'content_type', 'content_encoding', 'why'])
    .where('post_id', '=', postId)
    .executeTakeFirst();
  const read = understand(kept?.body ?? Buffer.from(''), kept ? claimsOf(kept) : { why: null });
  await database
    .updateTable('quarantine')
    .set({ found: JSON.stringify(read.found), is_ready: read.isReady, unpacked_bytes: read.unpackedBytes })
    .where('post_id', '=', postId)
    .execute();
  return read;
}

/** What is known of a body besides. */
export function claimsOf(row: Pick<KeptRow, 'content_type' | 'content_encoding' | 'why'>): KeptClaims {
  return {
    why: row.why,
    contentType: row.content_type ?? undefined,
    contentEncoding: row.content_encoding ?? undefined,
  };
}
