/** The audit trail: who did what and when, append-only (the database refuses changes), never a secret in it. */
import type { Kysely } from 'kysely';
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
  | 'token request refused'
  | 'validation started'
  | 'master key rotated';

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
