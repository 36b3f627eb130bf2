/** What the writer tells of itself at /metrics: each connection's count of leads, and what this process does. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LOG, type Logger } from '@leads/service';
import { Kysely, sql } from 'kysely';
import { Counter, Gauge } from 'prom-client';
import type { DeliveryTables } from './tables.ts';

/** Leads that this process has written: its rate is the writer's throughput. */
export const writtenLeads = new Counter({
  name: 'writer_leads_written_total',
  help: 'Leads that this process has written; test leads too.',
});

export const requestsInFlight = new Gauge({
  name: 'writer_requests_in_flight',
  help: 'Requests with leads of this process that have not been answered yet.',
});
export const throttledRequests = new Counter({
  name: 'writer_throttled_total',
  help: 'Requests with leads of this process that a destination refused as too much, whole or in some of their leads.',
  labelNames: ['connection'],
});

/** What the database knows of one connection; `pending` is counted, the others are totals: accepted is their sum. `removed` were dead. */
export interface ConnectionCount {
  connectionId: string;
  accepted: number;
  written: number;
  pending: number;
  dead: number;
  removed: number;
  /** How long the oldest pending lead has waited, in seconds; 0 where none waits. */
  lagSeconds: number;
  broken: boolean;
}

/** Every connection's leads, test leads left out, all from one look at the database. */
export async function countLeads(database: Kysely<DeliveryTables>): Promise<ConnectionCount[]> {
  const { rows } = await sql<ConnectionCount>`
    select connection_id as "connectionId", coalesce(totals.accepted, 0)::float8 as accepted,
           coalesce(totals.written, 0)::float8 as written, coalesce(totals.dead, 0)::float8 as dead, coalesce(totals.removed, 0)::float8 as removed,
           coalesce(waiting.pending, 0)::float8 as pending,
           greatest(0, coalesce(extract(epoch from now() - waiting.oldest), 0))::float8 as "lagSeconds",
           (lanes.broken is not null and lanes.state <> 'deleted') as broken
    from totals
    full join lanes using (connection_id)
    left join (select connection_id, count(*) as pending, min(accepted_at) as oldest
               from deliveries where state = 'pending' and not is_test group by connection_id) as waiting
      using (connection_id)
    order by connection_id
  `.execute(database);
  return rows;
}

/** One look serves all gauges of a scrape, and scrapes that come close together, in milliseconds. */
const FRESH_MS = 2_000;

const PER_CONNECTION: [string, string, (count: ConnectionCount) => number][] = [
  ['writer_leads_accepted', 'Leads taken in.', (count) => count.accepted],
  ['writer_leads_written', 'Leads that were written.', (count) => count.written],
  ['writer_leads_pending', 'The backlog: leads that wait to be written.', (count) => count.pending],
  [
    'writer_leads_dead',
    'Leads that cannot be written, kept for a person to decide until their time is over.',
    (count) => count.dead,
  ],
  [
    'writer_leads_removed',
    'Leads that were dead for as long as they are kept, and have gone.',
    (count) => count.removed,
  ],
  [
    'writer_oldest_pending_seconds',
    'How long the oldest pending lead has waited.',
    (count) => count.lagSeconds,
  ],
  ['writer_breaker_open', '1 while the connection is broken.', (count) => (count.broken ? 1 : 0)],
];

/** The gauges of each connection. Every instance tells the same of all: take their maximum, not their sum. */
@Injectable()
export class ConnectionMetrics implements OnModuleInit {
  private look: Promise<ConnectionCount[]> | undefined;
  private lookedAt = -Infinity;

  constructor(
    private readonly database: Kysely<DeliveryTables>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const counts = (): Promise<ConnectionCount[]> => this.counts();
    for (const [name, help, valueOf] of PER_CONNECTION) {
      new Gauge({
        name,
        help: `${help} From the database: the same in every instance.`,
        labelNames: ['connection'],
        async collect() {
          this.reset();
          for (const count of await counts()) this.set({ connection: count.connectionId }, valueOf(count));
        },
      });
    }
  }

  /** Without the database there is nothing to tell of connections; the process's own metrics are told all the same. */
  private counts(): Promise<ConnectionCount[]> {
    if (performance.now() - this.lookedAt > FRESH_MS || !this.look) {
      this.lookedAt = performance.now();
      this.look = countLeads(this.database).catch((error: unknown) => {
        this.log.warn({ error }, 'the metrics of connections could not be read');
        return [];
      });
    }
    return this.look;
  }
}
