/** What the outbox holds, at /metrics: from the database, so the same in every instance of a service. */
import type { WithOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { Logger } from './log.ts';

/** How much waits, for how long at most, and how much was put aside. */
interface OutboxState {
  events: number;
  oldestSeconds: number;
  refused: number;
}

const GAUGES: [string, string, (state: OutboxState) => number][] = [
  ['outbox_events', 'Events that are committed and not published yet.', ({ events }) => events],
  ['outbox_oldest_seconds', 'How long the oldest of them has waited.', ({ oldestSeconds }) => oldestSeconds],
  ['outbox_refused_events', 'Events put aside because no topic takes them.', ({ refused }) => refused],
];

/** Measures it at each scrape. Without the database there is nothing to tell, and a scrape tells the rest. */
export function measureOutbox(
  database: Kysely<WithOutbox>,
  log: Pick<Logger, 'warn'>,
  register: Registry,
): void {
  let look: Promise<OutboxState | undefined> | undefined;
  // One look serves all gauges of a scrape.
  const state = (): Promise<OutboxState | undefined> =>
    (look ??= readOutbox(database)
      .catch((error: unknown) => {
        log.warn({ error }, 'the metrics of the outbox could not be read');
        return undefined;
      })
      .finally(() => (look = undefined)));
  for (const [name, help, valueOf] of GAUGES) {
    new Gauge({
      name,
      help: `${help} From the database: the same in every instance.`,
      registers: [register],
      async collect() {
        this.reset();
        const read = await state();
        if (read) this.set(valueOf(read));
        else this.remove();
      },
    });
  }
}

async function readOutbox(database: Kysely<WithOutbox>): Promise<OutboxState> {
  const { rows } = await sql<OutboxState>`
    select (select count(*) from outbox)::float8 as events,
           coalesce((select extract(epoch from now() - created_at) from outbox order by id limit 1), 0)::float8
             as "oldestSeconds",
           (select count(*) from outbox_refused)::float8 as refused
  `.execute(database);
  const [state] = rows;
  if (!state) throw new Error('The outbox told nothing.');
  return state;
}
