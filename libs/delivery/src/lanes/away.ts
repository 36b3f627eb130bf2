/** A destination that works for nobody while leads wait: told once that has lasted, told again now and then, and once it is over. */
import type { Reason } from '@leads/contracts';
import { MINUTE_MS } from '@leads/pacing';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { tellTrouble } from './tell-trouble.ts';

/** Of a lane, what telling of it needs. */
interface Held {
  connectionId: string;
  fence: number;
  brokenCause: string | null;
}

/** What a remedy begins with where it stands by itself. */
const SAID = /^Nothing is lost(?: and nothing need be done)?: [^.]*\.\s*/;

/**
 * How long a destination may be away before anybody is told, in milliseconds, where the settings do not say otherwise:
 * most are back by then, and nobody can do anything.
 */
export const AWAY_AFTER_MS = 5 * MINUTE_MS;

/** How often it is told again, with how many leads wait by then, in milliseconds. */
const TELL_AGAIN_MS = 15 * MINUTE_MS;

/** What a lane knows of its destination's being away; times in milliseconds since 1970. */
export class Absence {
  private toldAt = -Infinity;

  /** @param since when leads were first answered by nobody; @param isTold whether somebody was told, by whoever held the lane */
  constructor(
    private since?: number,
    private isTold = since !== undefined,
  ) {}

  /**
   * An attempt failed for no reason of the lead's or the connection's.
   * @param awayAfterMs how long that may last before it is told
   */
  async goesOn(
    database: Kysely<DeliveryTables>,
    lane: Held,
    reason: Reason,
    destination: string,
    now: Date,
    awayAfterMs = AWAY_AFTER_MS,
  ): Promise<void> {
    const at = now.getTime();
    this.since ??= at;
    // Of a connection, one trouble is told at a time; what is broken needs somebody.
    const isDue = at - this.since >= awayAfterMs && at - this.toldAt >= TELL_AGAIN_MS;
    if (!isDue || lane.brokenCause !== null) return;
    if (!(await tellAway(database, lane, reason, destination, new Date(this.since), now))) return;
    this.isTold = true;
    this.toldAt = at;
  }

  /** The destination has answered: it is there. */
  async ends(database: Kysely<DeliveryTables>, lane: Held, now: Date): Promise<void> {
    if (this.isTold) await tellBack(database, lane, now);
    this.since = undefined;
    this.isTold = false;
    this.toldAt = -Infinity;
  }
}

/** @returns whether it was told: not where no customer's lead waits, and not by whoever lost the lane */
async function tellAway(
  database: Kysely<DeliveryTables>,
  lane: Held,
  reason: Reason,
  destination: string,
  since: Date,
  now: Date,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ waiting: number }>`
      update lanes set away_since = coalesce(away_since, ${since})
      from totals
      where totals.connection_id = lanes.connection_id and pending > 0
        and lanes.connection_id = ${lane.connectionId} and lanes.fence = ${lane.fence}
      returning pending::float8 as waiting
    `.execute(transaction);
    const [row] = rows;
    if (!row) return false;
    await tellTrouble(transaction, lane, now, [
      {
        ...AWAY,
        transition: 'triggered',
        since: since.toISOString(),
        what: `Leads wait because ${destination} does not work at present. ${reason.what}`,
        remedy:
          `Nothing is lost: every lead is kept, and written as soon as ${destination} works again. ${reason.remedy.replace(SAID, '')}`.trimEnd(),
        waiting: row.waiting,
      },
    ]);
    return true;
  });
}

async function tellBack(database: Kysely<DeliveryTables>, lane: Held, now: Date): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const { rows } = await sql`
      update lanes set away_since = null
      where away_since is not null and connection_id = ${lane.connectionId} and fence = ${lane.fence}
      returning connection_id
    `.execute(transaction);
    if (rows.length === 0) return;
    await tellTrouble(transaction, lane, now, [
      {
        ...AWAY,
        transition: 'cleared',
        what: 'It works again; what waited is written.',
        remedy: 'Nothing need be done.',
      },
    ]);
  });
}

/** However it shows (no answer, 503, a gateway's page), it is one cause. */
const AWAY = { trouble: 'destination-away', cause: 'away' } as const;
