/** The audit: who looked at or changed what. Words, ids and what was asked for, never anything of a lead or a secret. */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Kysely, type RawBuilder, sql } from 'kysely';
import { cleanLine } from '@leads/contracts';
import type { AuditPage, Role } from '@leads/contracts/portal-api';
import { MINUTE_MS } from '@leads/pacing';
import type { PortalTables } from '../tables.ts';

/** Who did it: for good by directory and object, and as people knew them then. */
interface AuditedPerson {
  directoryId: string;
  userId: string;
  email: string;
  role?: Role | undefined;
  /** Absent: they act for no publisher. */
  publisherId?: string | undefined;
}

export interface AuditEntry {
  who: AuditedPerson;
  what: string;
  /** The id of what it was done to. */
  target?: string | undefined;
  outcome: 'done' | 'refused';
  /** Whose it is besides: a publisher's, or everybody's. Otherwise it is found by the target. */
  of?: { publisherId: string } | 'everybody' | undefined;
  details?: AuditDetails | undefined;
}

/** What else an entry says. */
export interface AuditDetails {
  /** What was asked for, as it was. */
  filter?: Record<string, string> | undefined;
  /** How many leads were shown, exported or chosen. */
  leads?: number | undefined;
  /** Why, in the words of who did it. */
  reason?: string | undefined;
  /** The domains that a publisher has from then on. */
  domains?: string[] | undefined;
}

/** Refusals of one person are one entry in so long. */
export const REFUSALS_MS = MINUTE_MS;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LONGEST_TARGET = 100;

@Injectable()
export class AuditLog {
  constructor(private readonly database: Kysely<PortalTables>) {}

  /** Adds a row. What an operator does to a publisher's connection or lead is in that publisher's audit too. */
  async add(entry: AuditEntry): Promise<void> {
    await this.insert(entry, sql`values (1)`).execute(this.database);
  }

  /**
   * As {@link add} for what may be done very often: the first is written at once, whatever comes until `ms` later is
   * counted and written as one row. Who, what and for which filter tell acts apart, unless `alike` says by what.
   */
  async addOften(entry: AuditEntry, ms: number, alike: readonly unknown[] = actOf(entry)): Promise<void> {
    const { directoryId, userId, email, role, publisherId } = entry.who;
    const key = createHash('sha256').update(JSON.stringify([directoryId, userId, ...alike]));
    const who = { directoryId, userId, email, role, publisherId };
    const repeat = JSON.stringify({ ...entry, who, target: undefined });
    const leads = entry.details?.leads ?? 0;
    // One statement: either the row is there or the repeat is counted, whichever instance is asked.
    await this.insert(
      entry,
      sql`
        select 1 from counted where times = 0`,
      sql`
        with counted as (
          insert into audit_repeats as known (key, entry, ends_at)
          values (${key.digest('base64url')}, ${repeat}, now() + ${ms}::float8 * interval '1 ms')
          on conflict (key) do update set times = known.times + 1, leads = known.leads + ${leads}::bigint
          returning times
        )`,
    ).execute(this.database);
  }

  /** Writes what has been counted of acts whose while is over. */
  async settleRepeats(): Promise<void> {
    await sql`
      with ended as (
        delete from audit_repeats where key in (
          select key from audit_repeats where ends_at <= now() order by ends_at limit 1000 for update skip locked)
        returning entry, times, leads
      )
      insert into audit (who, role, directory_id, user_id, publisher_id, concerns_all, what, outcome, times, details)
      select entry->'who'->>'email', entry->'who'->>'role', entry->'who'->>'directoryId', entry->'who'->>'userId',
             coalesce(entry->'who'->>'publisherId', entry->'of'->>'publisherId'),
             coalesce(entry->>'of' = 'everybody', false), entry->>'what', entry->>'outcome', times,
             coalesce(entry->'details', '{}') || case when leads > 0 then jsonb_build_object('leads', leads) else '{}' end
      from ended where times > 0
    `.execute(this.database);
  }

  /**
   * A page, newest first.
   * @param publisherId whose rows; everybody's without it
   * @param before the id that the page before ended with
   */
  async read(publisherId: string | undefined, before: number | undefined, limit: number): Promise<AuditPage> {
    let query = this.database
      .selectFrom('audit')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (publisherId !== undefined) {
      query = query.where((where) =>
        where.or([where('publisher_id', '=', publisherId), where('concerns_all', '=', true)]),
      );
    }
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query.execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      entries: page.map((row) => ({
        at: row.at.toISOString(),
        who: row.who,
        ...(row.role === null ? {} : { role: row.role }),
        ...(row.directory_id === null ? {} : { directoryId: row.directory_id }),
        ...(row.user_id === null ? {} : { userId: row.user_id }),
        ...(row.publisher_id === null ? {} : { publisherId: row.publisher_id }),
        what: row.what,
        ...(row.target === null ? {} : { target: row.target }),
        outcome: row.outcome,
        ...(row.times === 1 ? {} : { times: row.times }),
        ...row.details,
      })),
      ...(rows.length > limit && last ? { nextCursor: String(last.id) } : {}),
    };
  }

  private insert(
    { who, what, target, outcome, of, details = {} }: AuditEntry,
    once: RawBuilder<unknown>,
    before: RawBuilder<unknown> = sql``,
  ): RawBuilder<unknown> {
    const named = who.publisherId ?? (typeof of === 'object' ? of.publisherId : undefined);
    const publisher =
      named !== undefined || target === undefined || !UUID.test(target)
        ? sql`${named ?? null}::text`
        : sql`coalesce(
            (select publisher_id from connections where connection_id = ${target}::uuid),
            (select publisher_id from leads where lead_id = ${target}::uuid)
          )`;
    return sql`
      ${before}
      insert into audit
        (who, role, directory_id, user_id, publisher_id, concerns_all, what, target, outcome, details)
      select ${who.email}::text, ${who.role ?? null}::text, ${who.directoryId}::text, ${who.userId}::text, ${publisher},
             ${of === 'everybody'}::boolean, ${what}::text, ${target === undefined ? null : cleanLine(target, LONGEST_TARGET)}::text,
             ${outcome}::text, ${JSON.stringify(details)}::jsonb
      from (${once}) as once
    `;
  }
}

function actOf({ who, what, outcome, of, details }: AuditEntry): readonly unknown[] {
  return [who.publisherId, what, outcome, of, details?.filter];
}
