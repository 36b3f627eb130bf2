/** What more writers bring where the destination is the limit. */
import { eventually } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';

const CONNECTIONS = 40;
const AT_A_TIME = 4;
const LATENCY_MS = 200;
const LEADS = 8_000;
const GOALS = { 2: 1.8, 4: 3.2 };

/** 40 connections whose organisations answer after 200 ms and bear 4 requests at a time: 1, 2 and 4 writers. */
export async function scale(): Promise<Bar> {
  const one = await rate(1);
  const two = await rate(2);
  const four = await rate(4);
  const ratios = { 2: Number((two / one).toFixed(2)), 4: Number((four / one).toFixed(2)) };
  return {
    bar: 'scale',
    value: ratios[4],
    unit: 'x one writer, with four',
    goal: `>= ${GOALS[2]} x with two and >= ${GOALS[4]} x with four`,
    met: ratios[2] >= GOALS[2] && ratios[4] >= GOALS[4],
    withTwo: ratios[2],
    leadsPerSecond: { 1: Math.round(one), 2: Math.round(two), 4: Math.round(four) },
    mostThatTheDestinationBears: (CONNECTIONS * AT_A_TIME * 1000) / LATENCY_MS,
  };
}

async function rate(writers: number): Promise<number> {
  const serviceSettings = { BULK: 'off', LANE_CONCURRENCY: String(AT_A_TIME), LOG_LEVEL: 'warn' };
  return inArena({ serviceSettings, writers }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: LATENCY_MS } }),
      ),
    );
    await Promise.all(connections.map((connection) => arena.change(connection, 'pause')));
    await arena.accept(connections, LEADS / CONNECTIONS);
    await until(arena, 'select count(*) as value from writer.deliveries');
    const began = performance.now();
    await Promise.all(connections.map((connection) => arena.change(connection, 'resume')));
    await until(arena, `select count(*) as value from writer.deliveries where state = 'written'`);
    return (LEADS * 1000) / (performance.now() - began);
  });
}

async function until(arena: Arena, query: string): Promise<void> {
  await eventually(
    async () => {
      const value = await arena.count(query);
      if (value < LEADS) throw new Error(`There are ${value} of ${LEADS}.`);
    },
    { timeoutMs: 240_000, everyMs: 50 },
  );
}
