/** The audit trail: who did what and when, append-only (the database refuses changes), never a secret in it. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { CredentialsTables } from './tables.ts';

/** What can be found in the trail. */
export type AuditedAct =
  | 'connection created'
  | 'connection changed'
  | 'connection restored'
  | 'connection published'
  | 'connection unpublished'
  | 'connection paused'
  | 'connection resumed'
  | 'connection deleted'
  | 'secret replaced'
  | 'address key rotated'
  | 'earlier addresses ended'
  | 'token request refused'
  | 'validation started'
  | 'master key rotated'
  | 'incident acknowledged'
  | 'incident resolved';

export interface AuditLine {
  at: Date;
  /** A person as the caller named them, or a requester as far as it is known. */
  who: string;
  what: AuditedAct;
  connectionId?: string;
  details?: Record<string, string | number>;
}

/** Adds a line, within the caller's transaction where there is one. */
export async function addToAudit(database: Kysely<CredentialsTables>, line: AuditLine): Promise<void> {
  await database
    .insertInto('audit')
    .values({
      at: line.at,
      who: line.who,
      what: line.what,
      connection_id: line.connectionId ?? null,
      details: JSON.stringify(line.details ?? {}),
    })
    .execute();
}

/** A line as the API answers it. */
export const AuditAnswer = z.object({
  at: z.iso.datetime(),
  who: z.string(),
  what: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;

export const AuditTrail = z.object({ audit: z.array(AuditAnswer) }).meta({ id: 'Audit' });
export type AuditTrail = z.infer<typeof AuditTrail>;

/** The newest lines about a connection are enough to look at. */
const MOST_LINES = 500;

/** What was done with a connection, newest first. */
export async function readAudit(
  database: Kysely<CredentialsTables>,
  connectionId: string,
): Promise<AuditAnswer[]> {
  const rows = await database
    .selectFrom('audit')
    .select(['at', 'who', 'what', 'details'])
    .where('connection_id', '=', connectionId)
    .orderBy('id', 'desc')
    .limit(MOST_LINES)
    .execute();
  return rows.map(({ at, ...line }) => ({ at: at.toISOString(), ...line }));
}
