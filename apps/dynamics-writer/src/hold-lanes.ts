/** Holds this instance's share of the lanes and drains each: leases are renewed, taken over, shared and given back. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type LaneReport, topics } from '@leads/contracts';
import { listen, type Listener, type OutboxRelay } from '@leads/database';
import { NaturalBatching } from '@leads/pacing';
import type { Publisher } from '@leads/kafka';
import { DATABASE, INSTANCE_ID, LOG, type Logger, type Outbound, PUBLISHER, RELAY } from '@leads/service';
import type { Kysely } from 'kysely';
import { config } from './config.ts';
import { deliverLeads } from './deliver-leads.ts';
import { type Settlement, settleDeliveries } from './deliveries.ts';
import { EXPECTED_VERSION } from './judge-organization.ts';
import { Lane, type LaneFacts } from './lane.ts';
import { LANE_CHANNEL, readNotice } from './lane-notice.ts';
import { LaneReports } from './lane-reports.ts';
import { beat, claimLanes, LEASE_MS, laneShare, leave, releaseLanes, renewLeases } from './leases.ts';
import { CountedOutbound, writtenLeads } from './metrics.ts';
import { KnownOrganization } from './read-organization.ts';
import type { WriterTables } from './tables.ts';
import { Tokens } from './tokens.ts';

const ROUND_MS = LEASE_MS / 3;

/** A create that has not been answered by then counts as unclear, in milliseconds; Dynamics itself stops at 2 minutes. */
const DYNAMICS_TIMEOUT_MS = 120_000;
const LARGEST_ANSWER_BYTES = 1024 * 1024;

/** The most ends that are written down in one transaction. */
const LARGEST_SETTLEMENT = 500;

/** How long a lane that is given back may finish what is under way, before that is cut off, in milliseconds. */
const FINISH_WITHIN_MS = 12_000;

interface HeldLane {
  lane: Lane;
  http: Outbound;
  /** Settles once nothing of the lane is under way any more. */
  drained: Promise<void>;
}

@Injectable()
export class HoldLanes implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly held = new Map<string, HeldLane>();
  private readonly leaving = new Set<Promise<void>>();
  private readonly reports: LaneReports;
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<WriterTables>,
    @Inject(INSTANCE_ID) private readonly instance: string,
    @Inject(RELAY) private readonly relay: OutboxRelay<WriterTables>,
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(PUBLISHER) publisher: Publisher,
    @Inject(LOG) private readonly log: Logger,
  ) {
    const publish = (reports: LaneReport[]): Promise<void> => publisher.publish(topics.lanes, reports);
    this.reports = new LaneReports({ database, publish, instance, log });
  }

  onApplicationBootstrap(): void {
    this.listener = listen({
      url: config.DATABASE_URL,
      channel: LANE_CHANNEL,
      onMessage: (payload) => this.hear(payload),
      onError: (error) =>
        this.log.warn({ error }, 'the ear for lane news broke; lanes look by themselves meanwhile'),
    });
    this.timer = setInterval(() => this.look(), ROUND_MS);
    this.look();
    this.reports.start();
  }

  /** Nothing new begins; what is under way is finished; the lanes are free for others at once. */
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
    const renewed = new Map(
      (await renewLeases(this.database, this.instance)).map((lane) => [lane.connectionId, lane]),
    );
    for (const [connectionId, { lane }] of this.held) {
      const facts = renewed.get(connectionId);
      if (facts?.fence === lane.fence) lane.refresh(facts);
      else this.drop(connectionId, lane);
    }
    if (this.stopping) return;
    // A claim whose answer was lost left lanes that are ours without our knowing.
    for (const [connectionId, facts] of renewed) if (!this.held.has(connectionId)) this.take(facts);
    const share = await laneShare(this.database);
    const staying = [...this.held.values()].filter(({ lane }) => !lane.ended);
    // Not waited for: a lane that takes long to finish must not keep the others' leases from being renewed.
    for (const held of staying.slice(share)) this.giveBack(held);
    for (const facts of await claimLanes(this.database, this.instance, share - staying.length))
      this.take(facts);
  }

  private take(facts: LaneFacts): void {
    const lane = new Lane(facts);
    if (facts.brokenCause !== null) {
      const { connectionId, brokenCause } = facts;
      this.log.warn(
        { connectionId, brokenCause },
        'leads of a broken connection wait; it is tried now and then',
      );
    }
    const http = new CountedOutbound(facts.connectionId, {
      resolver: config.MICROSOFT_RESOLVER,
      connections: config.LANE_CONCURRENCY,
      timeoutMs: DYNAMICS_TIMEOUT_MS,
      maxBodyBytes: LARGEST_ANSWER_BYTES,
    });
    const settle = new NaturalBatching<Settlement>(
      async (settlements) => {
        const settled = new Set(await settleDeliveries(this.database, lane, settlements));
        const written = settlements.filter(({ end }) => end.kind === 'written');
        writtenLeads.inc(written.filter(({ delivery }) => settled.has(delivery.accepted.leadId)).length);
        this.relay.wake();
      },
      () => 1,
      { records: LARGEST_SETTLEMENT, bytes: Infinity },
    );
    const organization = new KnownOrganization(lane, {
      database: this.database,
      http,
      expected: { solution: config.LEAD_WRITER_SOLUTION, version: EXPECTED_VERSION },
      log: this.log,
    });
    const drained = deliverLeads(lane, {
      database: this.database,
      tokens: this.tokens,
      http,
      organization,
      settle,
      mostAtATime: config.LANE_CONCURRENCY,
      bulk: config.BULK,
      log: this.log,
    })
      .catch((error: unknown) => {
        this.log.error(
          { error, connectionId: lane.connectionId },
          'a lane stopped unexpectedly; it is taken up anew',
        );
        this.drop(lane.connectionId, lane);
      })
      .finally(async () => {
        await organization.idle();
        await http.close();
      });
    this.held.set(facts.connectionId, { lane, http, drained });
    this.reports.taken(lane);
  }

  /** The lease is gone: somebody else may have it already, so nothing new begins here. */
  private drop(connectionId: string, lane: Lane): void {
    lane.end();
    if (this.held.get(connectionId)?.lane !== lane) return;
    this.held.delete(connectionId);
    this.reports.released(lane);
  }

  /** Lets a lane finish what is under way, and frees it for others; its lease is renewed meanwhile. */
  private giveBack({ lane, http, drained }: HeldLane): void {
    lane.end();
    const cutOff = setTimeout(() => {
      this.log.warn(
        { connectionId: lane.connectionId },
        'requests of a lane are cut off, to hand it over in time',
      );
      http.abort();
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
