/** How long a lone lead takes from the 202 to its record. */
import { eventually } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';
import { percentile } from './percentile.ts';
import { post, steadily } from './post.ts';

const PER_SECOND = 50;
const SECONDS = 20;
const GOAL_P50_MS = 60;
const GOAL_P99_MS = 250;

/** 50 leads a second, through the gateway, to an organisation with 25 ms latency. */
export async function lone(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const { p50, p99, leads } = await loneTimes(arena);
    return {
      bar: 'lone',
      value: p50,
      unit: 'ms p50 from 202 to record',
      goal: `p50 <= ${GOAL_P50_MS} ms and p99 <= ${GOAL_P99_MS} ms`,
      met: p50 <= GOAL_P50_MS && p99 <= GOAL_P99_MS,
      p99,
      leads,
    };
  });
}

/** From the 202 to the record, in milliseconds. */
export async function loneTimes(arena: Arena): Promise<{ p50: number; p99: number; leads: number }> {
  const connection = await arena.connect('lone.crm4.dynamics.com', { limits: { latencyMs: 25 } });
  await eventually(async () => {
    await post(connection.leadAddress);
  });
  await eventually(
    async () => {
      if ((await arena.written([connection])) < 1) throw new Error('the first lead is not written yet');
    },
    { timeoutMs: 30_000 },
  );
  const acceptedAt = new Map<string, number>();
  await steadily(PER_SECOND, PER_SECOND * SECONDS, async () => {
    acceptedAt.set(await post(connection.leadAddress), Date.now());
  });
  await eventually(
    async () => {
      if ((await arena.written([connection])) < acceptedAt.size + 1)
        throw new Error('not all are written yet');
    },
    { timeoutMs: 60_000 },
  );
  const records = await arena.records(connection);
  const took = records.flatMap(({ leadid, createdon }) => {
    const accepted = acceptedAt.get(leadid);
    return accepted === undefined ? [] : [createdon - accepted];
  });
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), leads: took.length };
}
