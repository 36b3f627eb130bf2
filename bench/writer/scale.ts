/** What more writers bring where the destination is the limit, and what they cost. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';

const CONNECTIONS = 40;
const AT_A_TIME = 4;
const LATENCY_MS = 200;
const LEADS = 16_000;
const GOALS = { 2: 1.8, 4: 3.2 };

/** What all organisations together take in a second, however many writers there are. */
const DESTINATION_BEARS = (CONNECTIONS * AT_A_TIME * 1000) / LATENCY_MS;

/** The rate is that between these shares of the backlog: neither the claiming of lanes nor the last of them counts. */
const FROM = 0.2;
const TO = 0.7;

/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

interface Run {
  leadsPerSecond: number;
  /** How long after the connections were resumed each writer held its even share of their lanes. */
  sharedAfterSeconds: number | undefined;
  /** What the writers together spent of a core's time for one lead, in milliseconds. */
  cpuMsPerLead: number;
}

/** 40 connections whose organisations answer after 200 ms and bear 4 requests at a time: 1, 2 and 4 writers. */
export async function scale(): Promise<Bar> {
  const runs = { 1: await run(1), 2: await run(2), 4: await run(4) };
  const times = (writers: 2 | 4): number =>
    Number((runs[writers].leadsPerSecond / runs[1].leadsPerSecond).toFixed(2));
  return {
    bar: 'scale',
    value: times(4),
    unit: 'x one writer, with four',
    goal: `>= ${GOALS[2]} x with two and >= ${GOALS[4]} x with four`,
    met: times(2) >= GOALS[2] && times(4) >= GOALS[4],
    withTwo: times(2),
    destinationBears: DESTINATION_BEARS,
    shareOfWhatItBearsWithOne: Number((runs[1].leadsPerSecond / DESTINATION_BEARS).toFixed(2)),
    runs,
  };
}

async function run(writers: number): Promise<Run> {
  const serviceSettings = { BULK: 'off', LANE_CONCURRENCY: String(AT_A_TIME), LOG_LEVEL: 'warn' };
  return inArena({ serviceSettings, writers }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: LATENCY_MS } }),
      ),
    );
    await Promise.all(connections.map((connection) => arena.change(connection, 'pause')));
    await arena.accept(connections, LEADS / CONNECTIONS);
    await eventually(
      async () => {
        const taken = await arena.count('select count(*) as value from writer.deliveries');
        if (taken < LEADS) throw new Error(`${taken} of ${LEADS} leads are taken in`);
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    const cpuBefore = cpuSeconds(arena);
    await Promise.all(connections.map((connection) => arena.change(connection, 'resume')));
    return watch(arena, writers, cpuBefore);
  });
}

/** Watches a backlog until all of it is written. */
async function watch(arena: Arena, writers: number, cpuBefore: number): Promise<Run> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let from: [number, number] | undefined;
  let to: [number, number] | undefined;
  let sharedAfterSeconds: number | undefined;
  for (let written = 0; written < LEADS; await delay(250)) {
    written = await arena.count(`select count(*) as value from writer.deliveries where state = 'written'`);
    const at = seconds();
    if (at > 240) throw new Error(`${written} of ${LEADS} leads are written after ${Math.round(at)} s.`);
    if (written >= FROM * LEADS) from ??= [written, at];
    if (written >= TO * LEADS) to ??= [written, at];
    const lanes = await arena.rows<{ owner: string; lanes: string }>(
      'select owner, count(*) as lanes from writer.lanes where owner is not null and leased_until > now() group by owner',
    );
    const even =
      lanes.length === writers && lanes.every((each) => Number(each.lanes) === CONNECTIONS / writers);
    if (even) sharedAfterSeconds ??= Number(at.toFixed(1));
  }
  if (!from || !to) throw new Error('The backlog was gone before it could be watched.');
  return {
    leadsPerSecond: Math.round((to[0] - from[0]) / (to[1] - from[1])),
    sharedAfterSeconds,
    cpuMsPerLead: Number((((cpuSeconds(arena) - cpuBefore) * 1000) / LEADS).toFixed(2)),
  };
}

/** What the writers' processes have spent of a core's time so far, in seconds (proc(5), `utime` and `stime`). */
function cpuSeconds(arena: Arena): number {
  return arena.stack.writers.reduce((sum, { pid }) => {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(afterName[11]) + Number(afterName[12])) / TICKS_PER_SECOND;
  }, 0);
}
