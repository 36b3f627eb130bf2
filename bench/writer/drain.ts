/** How fast a backlog drains, in bulk and one by one. */
import { eventually } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';

const CONNECTIONS = 20;
const GOAL_RATIO = 3;
const GOAL_RATE = 4_000;

interface Options {
  leads: number;
  /** A run one by one of so many leads suffices for its rate. */
  leadsSingly: number;
}

/** 20,000 pending leads over 20 connections, with 25 ms latency and the organisations' limits on. */
export async function drain(
  { leads, leadsSingly }: Options = { leads: 20_000, leadsSingly: 20_000 },
): Promise<Bar> {
  const rates: Record<string, number> = {};
  for (const [way, count] of [
    ['create-multiple', leads],
    ['batch', leads],
    ['off', leadsSingly],
  ] as const) {
    rates[way] = await inArena({ serviceSettings: { BULK: way, LOG_LEVEL: 'warn' } }, (arena) =>
      drainRate(arena, count),
    );
  }
  const { 'create-multiple': multiple = 0, batch = 0, off = 0 } = rates;
  const value = Math.max(multiple, batch);
  return {
    bar: 'drain',
    value: Math.round(value),
    unit: 'leads/s',
    goal: `>= ${GOAL_RATE} leads/s and >= ${GOAL_RATIO} x one by one`,
    met: value >= GOAL_RATE && value >= GOAL_RATIO * off,
    createMultiple: Math.round(multiple),
    batch: Math.round(batch),
    oneByOne: Math.round(off),
    ratio: Number((value / off).toFixed(2)),
  };
}

/** Leads a second of a backlog that is all that the arena has. */
export async function drainRate(arena: Arena, leads: number): Promise<number> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, number) =>
      arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: 25 } }),
    ),
  );
  await Promise.all(connections.map((connection) => arena.change(connection, 'pause')));
  await eventually(
    async () =>
      expectCount(
        await arena.count(`select count(*) as value from writer.lanes where state = 'paused'`),
        CONNECTIONS,
      ),
    WAIT,
  );
  await arena.accept(connections, leads / CONNECTIONS);
  await eventually(
    async () => expectCount(await arena.count('select count(*) as value from writer.deliveries'), leads),
    WAIT,
  );
  const began = performance.now();
  await Promise.all(connections.map((connection) => arena.change(connection, 'resume')));
  await eventually(
    async () =>
      expectCount(
        await arena.count(`select count(*) as value from writer.deliveries where state = 'written'`),
        leads,
      ),
    WAIT,
  );
  const seconds = (performance.now() - began) / 1000;
  expectCount(await arena.written(connections), leads);
  return leads / seconds;
}

const WAIT = { timeoutMs: 240_000, everyMs: 50 };

function expectCount(value: number, wanted: number): void {
  if (value !== wanted) throw new Error(`There are ${value} and not ${wanted}.`);
}
