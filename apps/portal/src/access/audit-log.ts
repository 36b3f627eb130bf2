/** The audit: who looked at or changed what. Words and ids, never personal data of leads and never a secret. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { AuditPage } from '@leads/contracts/portal-api';
import type { PortalTables } from '../tables.ts';
import type { Viewer } from './viewer.ts';

export const AUDIT_LOG = Symbol('audit log');

export interface AuditEntry {
  who: Pick<Viewer, 'email' | 'publisherId'> & { role?: Viewer['role'] };
  what: string;
  /** The id of what it was done to. */
  target?: string | undefined;
  outcome: 'done' | 'refused';
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LONGEST_TARGET = 100;

export class AuditLog {
  constructor(private readonly database: Kysely<PortalTables>) {}

  /** Adds a row. What an operator does to a publisher's connection or lead is in that publisher's audit too. */
  async add({ who, what, target, outcome }: AuditEntry): Promise<void> {
    const publisher =
      who.publisherId !== undefined || target === undefined || !UUID.test(target)
        ? sql<string | null>`${who.publisherId ?? null}`
        : sql<string | null>`coalesce(
            (select publisher_id from connections where connection_id = ${target}),
            (select publisher_id from leads where lead_id = ${target})
          )`;
    await this.database
      .insertInto('audit')
      .values({
        who: who.email,
        role: who.role ?? null,
        publisher_id: publisher,
        what,
        target: target?.slice(0, LONGEST_TARGET) ?? null,
        outcome,
      })
      .execute();
  }

  /**
   * A page, newest first.
   * @param publisherId whose rows; everybody's without it
   * @param before the id that the page before ended with
   */
  async read(publisherId: string | undefined, before: number | undefined, limit: number): Promise<AuditPage> {
    let query = this.database
      .selectFrom('audit')
      .select(['id', 'at', 'who', 'role', 'publisher_id', 'what', 'target', 'outcome'])
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (publisherId !== undefined) query = query.where('publisher_id', '=', publisherId);
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query.execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      entries: page.map(({ at, who, role, publisher_id, what, target, outcome }) => ({
        at: at.toISOString(),
        who,
        ...(role === null ? {} : { role }),
        ...(publisher_id === null ? {} : { publisherId: publisher_id }),
        what,
        ...(target === null ? {} : { target }),
        outcome,
      })),
      ...(rows.length > limit && last ? { nextCursor: String(last.id) } : {}),
    };
  }
}
