/** Holds this instance's share of the lanes and drains each: leases are renewed, taken over, shared and given back. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type LaneReport, topics } from '@leads/contracts';
import { DatabaseClock, listen, type Listener, OutboxRelay } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { databaseOf, INSTANCE_ID, LOG, type Logger, type ServiceSettings, SETTINGS } from '@leads/service';
import { SECOND_MS } from '@leads/pacing';
import { Kysely } from 'kysely';
import { DESTINATION, type Destination } from './destination.ts';
import type { Lane, LaneFacts } from './lanes/lane.ts';
import { KnownLimits } from './lanes/known-limits.ts';
import { LANE_CHANNEL, readNotice } from './lanes/lane-notice.ts';
import { LaneReports } from './lanes/lane-reports.ts';
import { beat, claimLanes, LEASE_MS, laneShare, leave, releaseLanes, renewLeases } from './lanes/leases.ts';
import { type OpenLane, openLane } from './lanes/open-lane.ts';
import type { DeliverySettings } from './settings.ts';
import type { DeliveryTables } from './tables.ts';

const ROUND_MS = LEASE_MS / 3;

/** How long a lane that is given back may finish what is in flight, before that is cut off, in milliseconds. */
const FINISH_WITHIN_MS = 12_000;

@Injectable()
export class HoldLanes implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly held = new Map<string, OpenLane>();
  private readonly leaving = new Set<Promise<void>>();
  private readonly reports: LaneReports;
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(
    private readonly database: Kysely<DeliveryTables>,
    @Inject(INSTANCE_ID) private readonly instance: string,
    private readonly relay: OutboxRelay<DeliveryTables>,
    @Inject(DESTINATION) private readonly destination: Destination,
    @Inject(LANE_CHANNEL) private readonly channel: string,
    @Inject(SETTINGS) private readonly settings: ServiceSettings & DeliverySettings,
    private readonly limits: KnownLimits,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
    publisher: Publisher,
    @Inject(LOG) private readonly log: Logger,
  ) {
    const publish = (reports: LaneReport[]): Promise<void> => publisher.publish(topics.lanes, reports);
    this.reports = new LaneReports({ database, clock, publish, instance, log });
  }

  onApplicationBootstrap(): void {
    this.listener = listen({
      ...databaseOf(this.settings),
      channel: this.channel,
      onMessage: (payload) => this.hear(payload),
      onError: (error) =>
        this.log.warn({ error }, 'the ear for lane news broke; lanes look by themselves meanwhile'),
    });
    this.timer = setInterval(() => this.look(), ROUND_MS);
    this.look();
    this.reports.start();
  }

  /** Nothing new begins; what is in flight is finished; the lanes are free for others at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.listener?.close();
    await this.round;
    for (const held of this.held.values()) this.giveBack(held);
    await Promise.all(this.leaving);
    clearInterval(this.timer);
    await this.round;
    await leave(this.database, this.instance).catch((error: unknown) => {
      this.log.warn({ error }, 'leaving could not be written down; the leases end by themselves');
    });
    await this.reports.stop();
  }

  private hear(payload: string): void {
    const { news, connectionId } = readNotice(payload);
    if (news === 'changed') this.look();
    const lane = this.held.get(connectionId)?.lane;
    if (news === 'probe') lane?.probe();
    else lane?.wake();
  }

  /** Starts a round, or has the one under way followed by another. */
  private look(): void {
    if (this.round) {
      this.again = true;
      return;
    }
    this.again = false;
    this.round = this.holdShare()
      .catch((error: unknown) => {
        this.log.error({ error }, 'leases could not be renewed; tried again');
      })
      .finally(() => {
        this.round = undefined;
        if (this.again && !this.stopping) this.look();
      });
  }

  private async holdShare(): Promise<void> {
    await beat(this.database, this.instance);
    const held = new Set(this.held.keys());
    const renewed = new Map(
      (await renewLeases(this.database, this.instance, [...held])).map((lane) => [lane.connectionId, lane]),
    );
    // Before lanes go on with what a person has changed.
    await this.limits.learn();
    for (const [connectionId, open] of this.held) this.keepUp(open, renewed.get(connectionId));
    if (this.stopping) return;
    // A claim whose answer was lost left lanes that are ours without our knowing; what was held and is not was given back.
    for (const [connectionId, facts] of renewed)
      if (!held.has(connectionId) && !this.held.has(connectionId)) this.take(facts);
    const share = await laneShare(this.database);
    const staying = [...this.held.values()].filter(({ lane }) => !lane.ended);
    // Not waited for: a lane that takes long to finish must not keep the others' leases from being renewed.
    for (const open of staying.slice(share)) this.giveBack(open);
    for (const facts of await claimLanes(this.database, this.instance, share - staying.length))
      this.take(facts);
    await this.limits.share([...this.held.values()].map(({ lane }) => lane));
  }

  /** One lane that cannot be taken up keeps no other from it; it is tried again at the next round. */
  private take(facts: LaneFacts): void {
    const { connectionId } = facts;
    try {
      const { database, clock, destination, relay, log, limits, reports } = this;
      const awayAfterMs = this.settings.DESTINATION_AWAY_SECONDS * SECOND_MS;
      const refusedAloneMs = this.settings.REFUSED_ALONE_SECONDS * SECOND_MS;
      const open = openLane(
        facts,
        { database, clock, destination, relay, log, limits, awayAfterMs, refusedAloneMs },
        (lane) => reports.changed(lane),
      );
      const drained = open.drained.catch((error: unknown) => {
        log.error({ error, connectionId }, 'a lane stopped unexpectedly; it is taken up anew');
        this.drop(connectionId, open.lane);
      });
      this.held.set(connectionId, { ...open, drained });
      const { brokenCause } = open.lane;
      if (brokenCause !== null) {
        log.warn(
          { connectionId, brokenCause },
          'leads of a broken connection wait; it is tried now and then',
        );
      }
      reports.taken(open.lane);
    } catch (error) {
      this.log.error({ error, connectionId }, 'a lane could not be taken up; tried again');
    }
  }

  /** Has a lane go on with what is known of its connection now. One that cannot is tried again, and holds up no other. */
  private keepUp(open: OpenLane, facts: LaneFacts | undefined): void {
    const { lane } = open;
    const { connectionId } = lane;
    try {
      if (facts?.fence !== lane.fence) this.drop(connectionId, lane);
      // Paused or deleted; or saved with another destination or application: taken up anew, among those that share it.
      else if (!lane.ended && (facts.isClosed || this.limits.of(facts) !== lane.pace.limits))
        this.giveBack(open);
      else lane.refresh(facts);
    } catch (error) {
      this.log.error({ error, connectionId }, 'a connection could not be read as it was saved; tried again');
    }
  }

  /** The lease is gone: somebody else may have it already, so nothing new begins here. */
  private drop(connectionId: string, lane: Lane): void {
    lane.end();
    if (this.held.get(connectionId)?.lane !== lane) return;
    this.held.delete(connectionId);
    this.reports.released(lane);
  }

  /** Lets a lane finish what is in flight, and frees it for others; its lease is renewed meanwhile. */
  private giveBack({ lane, abort, drained }: OpenLane): void {
    lane.end();
    const cutOff = setTimeout(() => {
      this.log.warn(
        { connectionId: lane.connectionId },
        'requests of a lane are cut off, to hand it over in time',
      );
      abort();
    }, FINISH_WITHIN_MS);
    const left = drained
      .then(() => {
        clearTimeout(cutOff);
        return releaseLanes(this.database, this.instance, [lane.connectionId]);
      })
      .catch((error: unknown) => {
        this.log.warn(
          { error, connectionId: lane.connectionId },
          'a lane could not be given back; its lease ends by itself',
        );
      })
      .finally(() => {
        // Only now: a round that found the lane ours and not held would take it up again.
        this.drop(lane.connectionId, lane);
        this.leaving.delete(left);
      });
    this.leaving.add(left);
  }
}
