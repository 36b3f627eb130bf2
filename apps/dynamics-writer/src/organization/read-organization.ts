/** What a lane knows of its organisation: the reading that it shares, what was refused here, and what is amiss with both. */
import { isDeepStrictEqual } from 'node:util';
import type { Place, Reason } from '@leads/contracts';
import { type Lane, tellTrouble } from '@leads/delivery';
import type { Logger, Outbound } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import { checkMapping } from '../mapping/apply-mapping.ts';
import { BIND, type Blamed, blamedIn, type Said } from '../mapping/blamed-in.ts';
import type { LeadTable, WasRefused } from '../mapping/lead-table.ts';
import type { LeadRecord } from '../mapping/map-lead.ts';
import { lackingFor } from '../mapping/resolve-lookup.ts';
import type { Asking, Readings, SharedReading } from './readings.ts';
import { Refusals } from './refusals.ts';
import type { WriterTables } from '../tables.ts';

export interface ReadingParts {
  database: Kysely<WriterTables>;
  http: Pick<Outbound, 'send'>;
  readings: Readings;
  log: Pick<Logger, 'warn'>;
}

/** A lead that Dynamics refused, perhaps for something of the organisation's or ours. */
export interface RefusedLead {
  record: LeadRecord;
  said: Said;
  fittedTo: LeadTable | undefined;
  /** In milliseconds since the epoch. */
  sentAt: number;
}

/** What becomes of it: fitted or written anew at once, looked at again after a while, or refused for good. */
export type Reconsidered =
  { kind: 'fit-anew' } | { kind: 'leave-out' } | { kind: 'later'; afterMs: number } | { kind: 'refused' };

/** What is known of the organisation of one lane, for as long as the lane is held: its reading, and what it refused here. */
export class KnownOrganization {
  private shared: SharedReading;
  private keeping: Promise<void> = Promise.resolve();
  private readonly refusals = new Refusals();
  private judgedVersion: number | undefined;
  /** Lookups that were taken: whatever the privileges say, they can be bound. */
  private readonly bound = new Set<string>();

  constructor(
    private readonly lane: Lane,
    private readonly parts: ReadingParts,
  ) {
    this.shared = this.share();
  }

  /** The organisation's own lead table, once it is known. */
  get table(): LeadTable | undefined {
    return this.shared.table;
  }

  /** Before leads are mapped: what was read before is at hand in a moment, and a look that is due begins. */
  async recall(accessToken: string, now: number = Date.now()): Promise<void> {
    const { lane } = this;
    if (this.shared.organization !== lane.url) this.shared = this.share();
    await this.shared.recall(this.asking(accessToken), now);
    if (this.judgedVersion !== lane.version) await this.load();
  }

  /** Whether leads go without a column or a lookup, or a value of it, because Dynamics refused it. */
  readonly wasRefused: WasRefused = (name, value) => this.refusals.has(name, value, Date.now());

  /** A record was taken: what it has can be filled, and nobody need be told otherwise any more. */
  taken(record: LeadRecord): void {
    const fresh = Object.entries(record).filter(([name]) => name.endsWith(BIND) && !this.bound.has(name));
    for (const [name] of fresh) this.bound.add(name);
    const isNews = this.refusals.forget(record);
    const isProof = fresh.some(([name, value]) => lackingFor(name, value, this.table));
    if (isNews || isProof) this.keep(() => this.keepRefusals());
  }

  /**
   * What to do with a lead that was refused for a column: its administrator may just have changed the lead table, so
   * that is read anew; what the refusal names is left out.
   *
   * The table is not read for every lead. Where it was last read before the lead was sent, and cannot be read again
   * yet, nothing is known: the lead waits for that.
   */
  async reconsider(
    refused: RefusedLead,
    accessToken: string,
    now: number = Date.now(),
  ): Promise<Reconsidered> {
    const isAnother = (): boolean => !isDeepStrictEqual(this.table, refused.fittedTo);
    if (isAnother()) return { kind: 'fit-anew' };
    const blamed = blamedIn(refused.record, refused.said);
    // What may be a matter of the table is looked up there first: a text is rather cut than left out.
    const isOfTable = blamed.length === 0 || blamed.some(({ why }) => why === 'value' || why === 'unknown');
    if (!isOfTable) return (await this.leaveOut(blamed, now)) ? { kind: 'leave-out' } : { kind: 'refused' };
    const afterMs = await this.shared.readAnew(this.asking(accessToken), refused.sentAt, isAnother, now);
    if (afterMs !== undefined) return { kind: 'later', afterMs };
    if (isAnother()) return { kind: 'fit-anew' };
    return (await this.leaveOut(blamed, now)) ? { kind: 'leave-out' } : { kind: 'refused' };
  }

  private async leaveOut(blamed: Blamed[], now: number): Promise<boolean> {
    // What the refusal names is out already where another lead met it first.
    const isOut = blamed.length > 0 && blamed.every(({ name, value }) => this.refusals.has(name, value, now));
    if (isOut) return true;
    if (!this.refusals.learn(blamed, this.lane.mapping, now)) return false;
    await this.keepRefusals();
    return true;
  }

  private async keepRefusals(): Promise<void> {
    const { lane } = this;
    await sql`
      update lanes set refusals = ${this.refusals.write(lane.version)}
      where connection_id = ${lane.connectionId} and fence = ${lane.fence}
    `.execute(this.parts.database);
    await this.warn();
  }

  /** Resolves when no look of this lane is under way, and everything is written down. */
  async idle(): Promise<void> {
    await this.shared.idle(this.parts.http);
    await this.keeping;
  }

  private share(): SharedReading {
    return this.parts.readings.of(this.lane, () => {
      if (this.judgedVersion !== undefined) this.keep(() => this.warn());
    });
  }

  private asking(accessToken: string): Asking {
    return { http: this.parts.http, accessToken };
  }

  /** Writes something down beside the deliveries. */
  private keep(write: () => Promise<void>): void {
    this.keeping = this.keeping.then(write).catch((error: unknown) => {
      const { connectionId } = this.lane;
      this.parts.log.warn({ error, connectionId }, 'what leads go without could not be written down');
    });
  }

  private async load(): Promise<void> {
    const { lane } = this;
    const row = await this.parts.database
      .selectFrom('lanes')
      .select('refusals')
      .where('connection_id', '=', lane.connectionId)
      .executeTakeFirst();
    this.refusals.read(row?.refusals, lane.version);
    this.judgedVersion = lane.version;
    // A connection that was saved anew can have another mapping.
    if (this.shared.latest ?? lane.mapping) await this.warn();
  }

  /** The table, without what is said to be lacking for lookups that were taken all the same. */
  private get tableAsProven(): LeadTable | undefined {
    const { table, bound } = this;
    if (!table?.lookups || !table.unbindable) return table;
    const proven = table.lookups.filter(({ property }) => bound.has(property + BIND));
    const lacking = Object.entries(table.unbindable).filter(
      ([name]) => !proven.some((lookup) => lookup.table === name),
    );
    return { ...table, unbindable: Object.fromEntries(lacking) };
  }

  private async warn(): Promise<void> {
    const { lane, parts } = this;
    const place: Place = { scope: 'organization', id: lane.url };
    const warnings: Warning[] = [
      // What the organisation said is so for everybody who signs in alike.
      ...this.shared.warnings.map((warning) => ({ ...warning, place })),
      ...(lane.mapping ? checkMapping(lane.mapping, this.tableAsProven) : []).map(
        ({ cause, what, remedy }) => ({ cause, what, remedy }),
      ),
      ...this.refusals.warnings(),
    ];
    // What was seen ahead and is then refused is one matter.
    const distinct = warnings.filter(
      ({ cause }, index) => warnings.findIndex((one) => one.cause === cause) === index,
    );
    const told = await keepWarnings(parts.database, lane, distinct, new Date());
    for (const { cause, what, remedy } of told) {
      parts.log.warn(
        { connectionId: lane.connectionId, cause, what, remedy },
        'something about an organization is amiss',
      );
    }
  }
}

/** Something that is amiss while leads are written. */
interface Warning extends Reason {
  /** Where it is, if it is not the connection's alone. */
  place?: Place;
}

/** What was told to be amiss, of which version of the connection. */
interface Kept {
  /** Absent where it was kept in the form of before. */
  version?: number;
  warnings: Warning[];
}

/**
 * Keeps what is amiss with a connection, and tells what was not there before, and what is no more. Of a connection that
 * was saved all of it is told anew: who keeps incidents takes a save for its mending.
 * @returns what is amiss that was told; nothing where the lane is another's by now
 */
async function keepWarnings(
  database: Kysely<WriterTables>,
  lane: Pick<Lane, 'connectionId' | 'fence' | 'version'>,
  warnings: Warning[],
  now: Date,
): Promise<Warning[]> {
  const { connectionId, version } = lane;
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ warnings: string }>`
      select warnings from lanes where connection_id = ${connectionId} and fence = ${lane.fence} for update
    `.execute(transaction);
    const [row] = rows;
    const kept = JSON.stringify({ version, warnings } satisfies Kept);
    if (!row || row.warnings === kept) return [];
    const before = readKept(row.warnings);
    const isKnown = ({ cause, what }: Warning): boolean =>
      before.version === version && before.warnings.some((one) => one.cause === cause && one.what === what);
    const fresh = warnings.filter((warning) => !isKnown(warning));
    const causes = new Set(before.warnings.map(({ cause }) => cause));
    const over = [...causes].filter((gone) => !warnings.some(({ cause }) => cause === gone));
    await sql`update lanes set warnings = ${kept} where connection_id = ${connectionId}`.execute(transaction);
    const trouble = 'connection-warning' as const;
    await tellTrouble(transaction, lane, now, [
      ...fresh.map((warning) => ({ ...warning, trouble, transition: 'triggered' as const })),
      ...over.map((cause) => ({ ...NO_MORE, cause, trouble, transition: 'cleared' as const })),
    ]);
    return fresh;
  });
}

const NO_MORE = { what: 'It is in order again.', remedy: 'Nothing need be done.' };

/** Warnings of before their causes were told were one trouble, whatever they said. */
function readKept(json: string): Kept {
  const kept = JSON.parse(json) as Kept | Warning[];
  if (!Array.isArray(kept)) return kept;
  return { warnings: kept.map((warning) => ({ ...warning, cause: 'connection-warning' })) };
}
