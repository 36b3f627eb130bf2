/**
 * What organisations say of themselves, read once for all connections that sign in alike: on first use, then daily, when
 * a lead is refused for a column, and after a person has acted.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Reason } from '@leads/contracts';
import type { Identity, Lane } from '@leads/delivery';
import { type BackOff, backOffMs, DAY_MS, MINUTE_MS, within } from '@leads/pacing';
import type { Logger, Outbound } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { WebApi } from '../dynamics/web-api.ts';
import type { LeadTable } from '../mapping/lead-table.ts';
import type { WriterTables } from '../tables.ts';
import { askSecured, describeLeadTable, tableFor } from './ask-lead-table.ts';
import {
  askPrivileges,
  askRoles,
  askSolution,
  askVersion,
  askWhoAmI,
  mapTold,
  mayCreate,
} from './ask-organization.ts';
import { type Expected, judgeOrganization, type OrganizationReading, readOf } from './judge-organization.ts';

/** How long to wait after a look that got no clear answer, in milliseconds. */
const LOOK_AGAIN_MS = 10 * MINUTE_MS;

/** How long the first leads of an organisation wait to know its table, in milliseconds. */
const FIRST_LOOK_MS = 3_000;

/** How long leads that were refused for a column wait to know the table as it is now, in milliseconds. */
const ANEW_MS = 10_000;

/** Between two looks for leads that were refused, where the first showed nothing new. */
const ANEW: BackOff = { firstMs: 30_000, mostMs: 5 * MINUTE_MS, leastMs: 15_000 };

/** Who asked and has not answered for so long is dead, in milliseconds: somebody else asks. */
const ASKED_MS = 2 * MINUTE_MS;

/** How often to see whether another instance has its answer, where leads wait for it; in milliseconds. */
const ELSEWHERE_MS = 100;

/** With what a lane asks. */
export interface Asking {
  http: Pick<Outbound, 'send'>;
  accessToken: string;
}

export interface ReadingsParts {
  database: Kysely<WriterTables>;
  expected: Expected;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** The readings that lanes of this process need at present. */
export class Readings {
  private readonly known = new Map<string, { shared: SharedReading; lanes: number }>();

  constructor(private readonly parts: ReadingsParts) {}

  /** What a lane shares with those that sign in alike, for as long as it is held. @param onRead told of each new reading */
  of(lane: Identity & Pick<Lane, 'whenEnded'>, onRead: () => void): SharedReading {
    const { url, whenEnded } = lane;
    const identity = identityOf(lane);
    const key = keyOf(lane);
    const known = this.known.get(key) ?? {
      shared: new SharedReading(url, identity, this.parts),
      lanes: 0,
    };
    known.lanes += 1;
    known.shared.listeners.add(onRead);
    this.known.set(key, known);
    const leave = (): void => {
      known.lanes -= 1;
      known.shared.listeners.delete(onRead);
      if (known.lanes === 0) this.known.delete(key);
    };
    whenEnded.addEventListener('abort', leave, { once: true });
    return known.shared;
  }

  /** What was read before that moment is read anew. */
  lifted(identity: Identity, at: Date): void {
    this.known.get(keyOf(identity))?.shared.lifted(at);
  }
}

/** Who is not known yet may be anybody. */
function identityOf({ identityHash, connectionId }: Identity): string {
  return identityHash ?? connectionId;
}

function keyOf(identity: Identity): string {
  return `${identity.url} ${identityOf(identity)}`;
}

/** One look under way. */
interface Look {
  by: Asking['http'];
  done: Promise<void>;
}

/** What one organisation said to one identity. */
export class SharedReading {
  /** What was read last. */
  latest: OrganizationReading | undefined;
  /** When that was. */
  readAt: Date | undefined;
  readonly listeners = new Set<() => void>();
  private look: Look | undefined;
  /** From when on it is looked whether a look is due; times in milliseconds since the epoch. */
  private nextLookAt = -Infinity;
  private nextAnewAt = -Infinity;
  private looksInVain = 0;
  /** When the last look began that came to an answer. */
  private lookedAt = -Infinity;
  private liftedAt = new Date(0);

  constructor(
    readonly organization: string,
    private readonly identity: string,
    private readonly parts: ReadingsParts,
  ) {}

  /** The organisation's own lead table, once it is known. */
  get table(): LeadTable | undefined {
    const { latest } = this;
    return latest && 'known' in latest.table ? (latest.table.known ?? undefined) : undefined;
  }

  /** What is amiss with the organisation. */
  get warnings(): Reason[] {
    return this.latest ? judgeOrganization(this.latest, this.parts.expected) : [];
  }

  /**
   * Begins a look where one is due and no other instance has begun it. Only the very first look is waited for, for a
   * moment: else the first leads would be cut to lengths that their organisation may not have.
   */
  async recall(asking: Asking, now: number): Promise<void> {
    const until = performance.now() + FIRST_LOOK_MS;
    do {
      const whose = this.look || now < this.nextLookAt ? 'none' : await this.claim(now);
      if (whose === 'ours') this.begin(asking, now);
      if (this.latest) return;
      if (this.look) await this.wait(until - performance.now());
      else if (whose === 'theirs') await delay(ELSEWHERE_MS);
      else return;
    } while (performance.now() < until);
  }

  /**
   * Looks again because a lead was refused that was sent at `sentAt`.
   * @param isAnother whether the table is another than the lead was fitted to
   * @returns in how many milliseconds that may be done, where it was done a moment ago and before the lead was sent
   */
  async readAnew(
    asking: Asking,
    sentAt: number,
    isAnother: () => boolean,
    now: number,
  ): Promise<number | undefined> {
    const isFirst = !this.look && this.lookedAt <= sentAt;
    if (isFirst && now < this.nextAnewAt) return this.nextAnewAt - now;
    if (isFirst) this.begin(asking, now);
    await this.wait(ANEW_MS);
    if (!isFirst) return undefined;
    this.looksInVain = isAnother() ? 0 : this.looksInVain + 1;
    this.nextAnewAt = isAnother() ? -Infinity : now + backOffMs(this.looksInVain, 0.5, ANEW);
    return undefined;
  }

  /** Takes what is kept, whoever read it. */
  async takeKept(): Promise<void> {
    const kept = await this.kept();
    const reading = kept?.reading ? readKept(kept.reading) : undefined;
    if (reading && kept?.read_at && !(this.readAt && this.readAt >= kept.read_at))
      this.take(reading, kept.read_at);
  }

  /** Looks now, or joins the look that is under way; waits so many milliseconds at most. */
  async lookNow(asking: Asking, ms: number, now: number): Promise<void> {
    this.begin(asking, now);
    await this.wait(ms);
  }

  /** A person acted: what was asked before that moment is asked again. */
  lifted(at: Date): void {
    this.liftedAt = at;
    this.nextLookAt = -Infinity;
    this.nextAnewAt = -Infinity;
  }

  /** Resolves when no look is under way that is made with this. */
  async idle(http: Asking['http']): Promise<void> {
    if (this.look?.by === http) await this.look.done;
  }

  /** Waits for the look that is under way, if there is one, and for so many milliseconds at most. */
  private async wait(ms: number): Promise<void> {
    await within(Math.max(1, ms), async () => this.look?.done).catch(() => undefined);
  }

  /** Takes what is kept, and where a look is due the right to it. @returns whose look it is; `none` where none is due */
  private async claim(now: number): Promise<'ours' | 'theirs' | 'none'> {
    const { organization, identity, liftedAt } = this;
    const asked = new Date(now + ASKED_MS);
    const { rows } = await sql<Kept>`
      insert into readings (organization, identity, asked_at, again_at)
      values (${organization}, ${identity}, now(), ${asked})
      on conflict (organization, identity) do update set asked_at = now(), again_at = excluded.again_at
      where readings.again_at <= ${new Date(now)} or readings.asked_at < ${liftedAt}
      returning reading, read_at, asked_at, again_at
    `.execute(this.parts.database);
    const [ours] = rows;
    const kept = ours ?? (await this.kept());
    const reading = kept?.reading ? readKept(kept.reading) : undefined;
    if (reading && kept?.read_at) this.take(reading, kept.read_at);
    // What lacks a part was kept by a version of this product that asked for less: at worst several ask anew.
    if (ours || (kept?.reading && !reading)) return 'ours';
    const isAnswered = kept?.read_at && kept.read_at >= kept.asked_at;
    if (!isAnswered) return 'theirs';
    this.nextLookAt = kept.again_at.getTime();
    return 'none';
  }

  private kept(): Promise<Kept | undefined> {
    return this.parts.database
      .selectFrom('readings')
      .select(['reading', 'read_at', 'asked_at', 'again_at'])
      .where('organization', '=', this.organization)
      .where('identity', '=', this.identity)
      .executeTakeFirst();
  }

  private begin(asking: Asking, now: number): void {
    // Several lanes can have waited for the same right.
    if (this.look) return;
    this.nextLookAt = now + LOOK_AGAIN_MS;
    const { liftedAt } = this;
    const done = this.read(asking, now)
      .catch((error: unknown) => {
        const told = { error, organization: this.organization };
        this.parts.log.warn(told, 'an organization could not be looked at; leads go on as before');
        return false;
      })
      .then(async (isRead) => {
        if (!isRead) await this.giveBack();
      })
      .catch((error: unknown) => {
        const told = { error, organization: this.organization };
        this.parts.log.warn(told, 'others ask an organization later than they could');
      })
      .finally(() => {
        this.look = undefined;
        // Lifted meanwhile: once more.
        if (liftedAt !== this.liftedAt) this.nextLookAt = -Infinity;
      });
    this.look = { by: asking.http, done };
  }

  private async read({ http, accessToken }: Asking, now: number): Promise<boolean> {
    const { organization, identity, parts } = this;
    const reading = await readOrganization({ http, organization, accessToken }, parts.expected);
    if (!reading) {
      parts.log.info(
        { organization },
        'an organization gave no clear answer about itself; asked again later',
      );
      return false;
    }
    const { table, ...others } = reading;
    const columns = 'known' in table ? Object.keys(table.known?.columns ?? {}).length : table.unknown;
    parts.log.info({ ...others, columns }, 'an organization was looked at');
    this.lookedAt = now;
    const again = Date.now() + DAY_MS;
    this.nextLookAt = again;
    const { rows } = await sql<{ read_at: Date }>`
      insert into readings (organization, identity, reading, read_at, asked_at, again_at)
      values (${organization}, ${identity}, ${JSON.stringify(reading)}, now(), now(), ${new Date(again)})
      on conflict (organization, identity) do update
      set reading = excluded.reading, read_at = now(), again_at = excluded.again_at
      returning read_at
    `.execute(parts.database);
    for (const { read_at: readAt } of rows) this.take(reading, readAt);
    return true;
  }

  /** There was no answer: another may ask at once. */
  private async giveBack(): Promise<void> {
    await this.parts.database
      .updateTable('readings')
      .set({ again_at: new Date(0) })
      .where('organization', '=', this.organization)
      .where('identity', '=', this.identity)
      .execute();
  }

  private take(reading: OrganizationReading, readAt: Date): void {
    this.latest = reading;
    this.readAt = readAt;
    for (const tell of this.listeners) tell();
  }
}

/** The parts that every reading has. */
const PARTS: Record<Exclude<keyof OrganizationReading, 'organization' | 'mayCreate'>, true> = {
  version: true,
  solution: true,
  roles: true,
  table: true,
};

/** @returns `undefined` where it lacks a part */
function readKept(json: string): OrganizationReading | undefined {
  const kept = JSON.parse(json) as OrganizationReading;
  return Object.keys(PARTS).every((part) => Object.hasOwn(kept, part)) ? kept : undefined;
}

type Kept = Pick<WriterTables['readings'], 'reading' | 'read_at' | 'asked_at' | 'again_at'>;

/**
 * Asks everything, in two steps: what has to do with the user wants to know who that is. What is asked in one step can go
 * in one request.
 * @returns `undefined` where something had no clear answer: another time. What the role may not read is an answer.
 */
async function readOrganization(asked: WebApi, expected: Expected): Promise<OrganizationReading | undefined> {
  const [who, version, solution, described] = await Promise.all([
    askWhoAmI(asked),
    askVersion(asked),
    askSolution(asked, expected.solution),
    describeLeadTable(asked),
  ]);
  // No privilege is needed to ask that: who is refused is refused everything, by an organisation that lets nobody in.
  if (who.kind !== 'known') return undefined;
  const { userId } = who.value;
  const [roles, privileges, secured] = await Promise.all([
    askRoles(asked, userId),
    askPrivileges(asked, userId),
    askSecured(asked, userId, (described.kind === 'known' && described.value) || { secured: {} }),
  ]);
  const reading = {
    version: readOf(version),
    solution: readOf(solution),
    roles: readOf(roles),
    // Not every version tells it by name: that is no reason to ask everything again.
    mayCreate: readOf(mayCreate(privileges)) ?? { unknown: 'It was not told.' },
    table: readOf(mapTold(described, (table) => table && tableFor(table, secured, privileges))),
  };
  const { organization } = asked;
  return isWhole(reading) ? { organization, ...reading } : undefined;
}

function isWhole(reading: {
  [Part in keyof OrganizationReading]?: OrganizationReading[Part] | undefined;
}): reading is Omit<OrganizationReading, 'organization'> {
  return Object.values(reading).every((part) => part !== undefined);
}
