/** An organisation is looked at on first use, then daily, and when it refuses a lead for a column: its version, solution, role and lead table. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Alert, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import type { Logger, Outbound } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import { checkMapping } from './apply-mapping.ts';
import {
  type Asked,
  askLeadTable,
  askRoles,
  askSolution,
  askVersion,
  askWhoAmI,
  type Told,
} from './ask-organization.ts';
import { type Expected, judgeOrganization, type OrganizationReading, readOf } from './judge-organization.ts';
import type { Lane } from './lane.ts';
import type { LeadTable } from './lead-table.ts';
import type { WriterTables } from './tables.ts';

const DAY_MS = 24 * 60 * 60_000;

/** How long to wait after a look that got no clear answer, in milliseconds. */
const LOOK_AGAIN_MS = 10 * 60_000;

/** How long the first leads of an organisation wait to know its table, in milliseconds. */
const FIRST_LOOK_MS = 3_000;

/** How long leads that were refused for a column wait to know the table as it is now, in milliseconds. */
const ANEW_MS = 10_000;

/** The least time between two looks for leads that were refused, in milliseconds. */
const ANEW_EVERY_MS = 5 * 60_000;

export interface ReadingParts {
  database: Kysely<WriterTables>;
  http: Pick<Outbound, 'send'>;
  expected: Expected;
  log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Asks everything.
 * @returns `undefined` where something had no clear answer: another time. What the role may not read is an answer.
 */
export async function readOrganization(
  asked: Asked,
  expected: Expected,
): Promise<OrganizationReading | undefined> {
  const who = await askWhoAmI(asked);
  const [version, solution, roles, table] = await Promise.all([
    askVersion(asked),
    askSolution(asked, expected.solution),
    who.kind === 'known' ? askRoles(asked, who.value.userId) : (who satisfies Told<never>),
    askLeadTable(asked),
  ]);
  const reading = {
    version: readOf(version),
    solution: readOf(solution),
    roles: readOf(roles),
    table: readOf(table),
  };
  const { organization } = asked;
  return isWhole(reading) ? { organization, ...reading } : undefined;
}

function isWhole(reading: {
  [Part in keyof OrganizationReading]?: OrganizationReading[Part] | undefined;
}): reading is Omit<OrganizationReading, 'organization'> {
  return Object.values(reading).every((part) => part !== undefined);
}

/** What is known of the organisation of one lane, for as long as the lane is held. */
export class KnownOrganization {
  private reading: OrganizationReading | undefined;
  /** When it was read, in milliseconds since the epoch. */
  private readAt = -Infinity;
  private nextLookAt = -Infinity;
  private nextAnewAt = -Infinity;
  private judgedVersion: number | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;

  constructor(
    private readonly lane: Lane,
    private readonly parts: ReadingParts,
  ) {}

  /**
   * Before leads are mapped: what was read before is at hand in a moment, and a look that is due begins without
   * being waited for. Only the very first look is, for a moment: else the first leads would be cut to lengths that
   * their organisation may not have.
   */
  async recall(accessToken: string, now: number = Date.now()): Promise<void> {
    if (this.judgedVersion !== this.lane.version) await this.load();
    const readToday = now - this.readAt < DAY_MS && this.reading?.organization === this.lane.organization;
    if (this.isLooking || readToday || now < this.nextLookAt) return;
    this.nextLookAt = now + LOOK_AGAIN_MS;
    this.begin(accessToken);
    if (!this.reading) await this.wait(FIRST_LOOK_MS);
  }

  /**
   * Whether the lead table is another than the one that a lead was fitted to, which was then refused for a column. Its
   * administrator may just have changed it, so it is read anew; not again for every lead, though.
   */
  async isOutdated(
    fittedTo: LeadTable | undefined,
    accessToken: string,
    now: number = Date.now(),
  ): Promise<boolean> {
    const isAnother = (): boolean => !isDeepStrictEqual(this.lane.table, fittedTo);
    if (isAnother()) return true;
    if (!this.isLooking && now >= this.nextAnewAt) {
      this.nextAnewAt = now + ANEW_EVERY_MS;
      this.begin(accessToken);
    }
    await this.wait(ANEW_MS);
    return isAnother();
  }

  /** Resolves when no look is under way. */
  idle(): Promise<void> {
    return this.looking;
  }

  private begin(accessToken: string): void {
    this.isLooking = true;
    this.looking = this.look(accessToken)
      .catch((error: unknown) => {
        this.parts.log.warn(
          { error, connectionId: this.lane.connectionId },
          'an organisation could not be looked at; leads go on as before',
        );
      })
      .finally(() => (this.isLooking = false));
  }

  /** Waits for the look that is under way, if there is one, and for so many milliseconds at most. */
  private async wait(ms: number): Promise<void> {
    const enough = new AbortController();
    const patience = delay(ms, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([this.looking, patience]);
    enough.abort();
  }

  private async load(): Promise<void> {
    const { lane } = this;
    const row = await this.parts.database
      .selectFrom('lanes')
      .select(['reading', 'read_at'])
      .where('connection_id', '=', lane.connectionId)
      .executeTakeFirst();
    const reading = row?.reading ? (JSON.parse(row.reading) as OrganizationReading) : undefined;
    if (reading?.organization === lane.organization) this.take(reading, row?.read_at?.getTime() ?? -Infinity);
    else this.take(undefined, -Infinity);
    this.judgedVersion = lane.version;
    // A connection that was saved anew can have another mapping.
    if (this.reading ?? lane.mapping) await this.warn();
  }

  private take(reading: OrganizationReading | undefined, readAt: number): void {
    this.reading = reading;
    this.readAt = readAt;
    this.nextLookAt = -Infinity;
    this.lane.table = reading && 'known' in reading.table ? (reading.table.known ?? undefined) : undefined;
  }

  private async look(accessToken: string): Promise<void> {
    const { lane, parts } = this;
    const { organization, connectionId } = lane;
    const reading = await readOrganization({ http: parts.http, organization, accessToken }, parts.expected);
    if (!reading) {
      parts.log.info(
        { connectionId },
        'an organisation gave no clear answer about itself; asked again later',
      );
      return;
    }
    // Saved with another URL meanwhile: the answer is somebody else's.
    if (lane.organization !== organization) return;
    const { table, ...others } = reading;
    const columns = 'known' in table ? Object.keys(table.known?.columns ?? {}).length : table.unknown;
    parts.log.info({ connectionId, ...others, columns }, 'an organisation was looked at');
    this.take(reading, Date.now());
    await sql`
      update lanes set reading = ${JSON.stringify(reading)}, read_at = now()
      where connection_id = ${connectionId} and fence = ${lane.fence}
    `.execute(parts.database);
    await this.warn();
  }

  private async warn(): Promise<void> {
    const { lane, parts, reading } = this;
    const warnings = [
      ...(reading ? judgeOrganization(reading, parts.expected) : []),
      ...(lane.mapping ? checkMapping(lane.mapping, lane.table) : []).map(({ column, what, remedy }) => ({
        cause: `mapping-${column}`,
        what,
        remedy,
      })),
    ];
    const told = await keepWarnings(parts.database, lane, warnings, new Date());
    for (const warning of told) {
      parts.log.warn(
        { connectionId: lane.connectionId, ...warning },
        'something about an organisation is amiss',
      );
    }
  }
}

/**
 * Keeps what is amiss with a connection, and raises an alert for each warning that was not there before.
 * @returns those; nothing where the lane is another's by now
 */
export async function keepWarnings(
  database: Kysely<WriterTables>,
  lane: Pick<Lane, 'connectionId' | 'fence'>,
  warnings: Reason[],
  now: Date,
): Promise<Reason[]> {
  const { connectionId } = lane;
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ warnings: string }>`
      select warnings from lanes where connection_id = ${connectionId} and fence = ${lane.fence} for update
    `.execute(transaction);
    const [row] = rows;
    if (!row || row.warnings === JSON.stringify(warnings)) return [];
    const before = new Set((JSON.parse(row.warnings) as Reason[]).map(({ what }) => what));
    const fresh = warnings.filter(({ what }) => !before.has(what));
    await sql`update lanes set warnings = ${JSON.stringify(warnings)} where connection_id = ${connectionId}`.execute(
      transaction,
    );
    const at = now.toISOString();
    await addToOutbox(
      transaction,
      topics.alerts,
      fresh.map(({ what, remedy }): Alert => ({
        alertId: randomUUID(),
        connectionId,
        at,
        kind: 'connection-warning',
        what,
        remedy,
      })),
    );
    return fresh;
  });
}
