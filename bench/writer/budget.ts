/** How well a lane keeps to what its organisation permits. */
import { eventually } from '@leads/testing';
import { inArena } from '@leads/tools';
import type { Bar } from './bar.ts';

const REQUESTS = 600;
const WINDOW_SECONDS = 30;
/** Of requests one by one: so many that neither the first window nor the last decides. */
const WINDOWS = 12;
const GOAL_REFUSED = 0.02;
const GOAL_TIME = 1.2;

/**
 * One connection whose organisation permits 600 requests per 30 s. 30,000 leads in bulk need 300 requests and no
 * patience at all, so the patience is measured with as many leads as twelve windows hold, each in its own request.
 */
export async function budget(): Promise<Bar> {
  const bulk = await run('create-multiple', 30_000);
  const single = await run('off', WINDOWS * REQUESTS);
  // The first window's requests may all leave at once.
  const permitted = (WINDOWS - 1) * WINDOW_SECONDS;
  const time = Number((single.seconds / permitted).toFixed(2));
  return {
    bar: 'budget',
    value: single.refused,
    unit: 'share of requests answered 429',
    goal: `<= ${GOAL_REFUSED} and at most ${GOAL_TIME} x the time that the budget permits`,
    met: single.refused <= GOAL_REFUSED && time <= GOAL_TIME && bulk.refused <= GOAL_REFUSED,
    timeOverPermitted: time,
    single,
    bulk,
  };
}

async function run(
  way: string,
  leads: number,
): Promise<{ refused: number; requests: number; seconds: number }> {
  return inArena({ serviceSettings: { BULK: way, LOG_LEVEL: 'warn' } }, async (arena) => {
    const connection = await arena.connect('bench.crm4.dynamics.com', {
      limits: { latencyMs: 25, requests: REQUESTS, windowSeconds: WINDOW_SECONDS, servers: 1 },
    });
    await arena.change(connection, 'pause');
    await arena.accept([connection], leads);
    await eventually(
      async () => {
        const taken = await arena.count('select count(*) as value from writer.deliveries');
        if (taken < leads) throw new Error(`${taken} of ${leads} leads are taken in`);
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    const began = performance.now();
    await arena.change(connection, 'resume');
    await eventually(
      async () => {
        const written = await arena.written([connection]);
        if (written < leads) throw new Error(`${written} of ${leads} leads are written`);
      },
      { timeoutMs: 500_000, everyMs: 200 },
    );
    const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
    const statuses = await arena.statuses(connection);
    const refused = statuses.filter((status) => status === 429).length;
    return { refused: Number((refused / statuses.length).toFixed(4)), requests: statuses.length, seconds };
  });
}
