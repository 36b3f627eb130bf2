/** Tells the other services how the lanes of this instance stand, on `lanes.v1`: a state that is repeated, not facts. */
import { isDeepStrictEqual } from 'node:util';
import { type LaneReport, present, Reason } from '@leads/contracts';
import { Doorbell, SECOND_MS, within } from '@leads/pacing';
import type { DatabaseClock } from '@leads/database';
import type { Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { Lane } from './lane.ts';
import type { DeliveryTables } from '../tables.ts';

/** Between two looks at all lanes, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

/** A lane in which only numbers move is told of this often, in milliseconds. */
const NUMBERS_EVERY_MS = 10_000;

/** A lane in which nothing moves is told of all the same, so that silence means that nobody knows; in milliseconds. */
const ANYWAY_EVERY_MS = 60_000;

/** Where Kafka is away, no writer ends later for its last report; in milliseconds. */
const LAST_WORDS_MS = 2 * SECOND_MS;

/** What the database knows of a lane. */
export interface LaneCount {
  connectionId: string;
  pending: number;
  oldestPendingAt: Date | null;
  /** A `Reason` as JSON while the connection is broken. */
  broken: string | null;
  brokenSince: Date | null;
}

/** A lane that is told of, and what was told last. */
interface Followed {
  lane: Lane;
  held: boolean;
  told: LaneReport | undefined;
}

export interface LaneReportsParts {
  database: Kysely<DeliveryTables>;
  clock: Pick<DatabaseClock, 'date'>;
  /** Resolves once the reports are in their topic. */
  publish: (reports: LaneReport[]) => Promise<void>;
  instance: string;
  log: Pick<Logger, 'warn'>;
}

/**
 * Looks at the lanes every two seconds, and at once at those that were taken, given up, broken or mended. What cannot
 * be read or published now is told at the next look, as it stands then.
 */
export class LaneReports {
  private readonly followed = new Map<string, Followed>();
  private readonly urgent = new Set<string>();
  private readonly bell = new Doorbell();
  private lookAtAllFrom = -Infinity;
  private loop: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly parts: LaneReportsParts) {}

  start(): void {
    this.loop ??= this.run();
  }

  /** Tells of what has been given up last, if that is done in a moment, then ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await within(LAST_WORDS_MS, async () => {
      await this.loop;
      await this.tell([...this.followed.keys()]);
    }).catch((error: unknown) => {
      this.parts.log.warn(
        { error },
        'that lanes are given up could not be told in time; their new holders tell',
      );
    });
  }

  /** This instance holds the lane from now on. */
  taken(lane: Lane): void {
    this.followed.set(lane.connectionId, { lane, held: true, told: undefined });
    this.changed(lane);
  }

  /** This instance does not hold the lane any more. */
  released(lane: Lane): void {
    const followed = this.followed.get(lane.connectionId);
    if (followed?.lane !== lane) return;
    followed.held = false;
    this.changed(lane);
  }

  /** Something of a lane is other than it was told: it is told of at once. */
  changed({ connectionId }: Lane): void {
    this.urgent.add(connectionId);
    this.bell.ring();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.bell.answer();
      const all = performance.now() >= this.lookAtAllFrom;
      if (all) this.lookAtAllFrom = performance.now() + LOOK_EVERY_MS;
      const ids = [...(all ? this.followed.keys() : this.urgent)];
      this.urgent.clear();
      await this.tell(ids);
      await this.bell.sleep(Math.max(0, this.lookAtAllFrom - performance.now()));
    }
  }

  private async tell(ids: string[]): Promise<void> {
    try {
      const counts = ids.length === 0 ? [] : await countLanes(this.parts.database, ids);
      const now = this.parts.clock.date();
      const news = counts.flatMap((count) => {
        const followed = this.followed.get(count.connectionId);
        if (!followed) return [];
        const report = reportOf(followed, count, this.parts.instance, now);
        return isWorthTelling(followed.told, report) ? [{ followed, report }] : [];
      });
      if (news.length === 0) return;
      await this.parts.publish(news.map(({ report }) => report));
      for (const { followed, report } of news) {
        followed.told = report;
        const { connectionId } = report;
        if (!report.held && this.followed.get(connectionId) === followed) this.followed.delete(connectionId);
      }
    } catch (error) {
      this.parts.log.warn({ error, lanes: ids.length }, 'how lanes stand could not be told; tried again');
    }
  }
}

/**
 * What the database knows of these lanes. Cheap at any backlog: what is pending is in the maintained totals, and since when is one look into an index, for lanes with a backlog only.
 */
export async function countLanes(database: Kysely<DeliveryTables>, ids: string[]): Promise<LaneCount[]> {
  const { rows } = await sql<LaneCount>`
    select wanted.id as "connectionId", waiting.pending::float8 as pending, oldest.accepted_at as "oldestPendingAt",
           lanes.broken, lanes.broken_since as "brokenSince"
    from unnest(${ids}::uuid[]) as wanted (id)
    left join lanes on lanes.connection_id = wanted.id
    left join totals on totals.connection_id = wanted.id
    cross join lateral (select coalesce(totals.pending, 0)) as waiting (pending)
    left join lateral (
      select accepted_at from deliveries
      where waiting.pending > 0 and deliveries.connection_id = wanted.id and state = 'pending' and not is_test
      order by accepted_at limit 1
    ) as oldest on true
  `.execute(database);
  return rows;
}

function reportOf(
  { lane, held }: Pick<Followed, 'lane' | 'held'>,
  count: LaneCount,
  instance: string,
  now: Date,
): LaneReport {
  const pace = held ? lane.pace : undefined;
  const after = (ms = 0): string | undefined =>
    ms > 0 ? new Date(now.getTime() + ms).toISOString() : undefined;
  return {
    connectionId: lane.connectionId,
    at: now.toISOString(),
    instance,
    held,
    pending: count.pending,
    ...present({ oldestPendingAt: count.oldestPendingAt?.toISOString() }),
    inFlight: pace?.inFlight ?? 0,
    permitted: pace?.limit ?? 0,
    breaker:
      count.broken === null
        ? { state: 'closed' }
        : {
            state: 'open',
            ...present({
              since: count.brokenSince?.toISOString(),
              reason: Reason.safeParse(JSON.parse(count.broken)).data,
              nextProbeAt: after(pace?.holdMs(Date.now())),
            }),
          },
    ...present({ throttledUntil: after(pace?.askedMs(Date.now())) }),
  };
}

/** Whether a report says something that who read the one before should know by now. */
export function isWorthTelling(told: LaneReport | undefined, report: LaneReport): boolean {
  if (!told || told.held !== report.held) return true;
  // A clock that was set back must not silence a lane.
  const age = Math.abs(Date.parse(report.at) - Date.parse(told.at));
  if (age >= ANYWAY_EVERY_MS) return true;
  const isOther = !isDeepStrictEqual({ ...told, at: '' }, { ...report, at: '' });
  return isOther && (age >= NUMBERS_EVERY_MS || hasChanged(told, report));
}

/** Whether more than numbers have moved: the breaker, the throttling, or a tenth of the backlog. */
function hasChanged(told: LaneReport, report: LaneReport): boolean {
  const moved = Math.abs(report.pending - told.pending);
  return (
    !isDeepStrictEqual(told.breaker, report.breaker) ||
    told.throttledUntil !== report.throttledUntil ||
    (moved > 0 && moved * 10 >= told.pending)
  );
}
