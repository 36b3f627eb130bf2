/** What one dead organisation costs the others. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@leads/testing';
import { type Arena, type Connection, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';
import { percentile } from './percentile.ts';
import { post } from './post.ts';

const CONNECTIONS = 20;
const PER_SECOND = 60;
const PHASE_SECONDS = 8;
const GOAL_SHARE = 0.1;

/** How the dead one fails, one after the other. */
const DEATHS = [
  { kind: 'delay', delayMs: 60_000 },
  { kind: 'status', status: 401 },
  { kind: 'throttle', limit: 'requests', retryAfterSeconds: 5 },
];

/** 20 connections at a steady rate, one of them dead, against the same without it dying. */
export async function isolation(): Promise<Bar> {
  const alive = await p99(false);
  const withDead = await p99(true);
  const moved = Number(((withDead - alive) / alive).toFixed(3));
  return {
    bar: 'isolation',
    value: moved,
    unit: "share by which the others' p99 moved",
    goal: `< ${GOAL_SHARE}`,
    met: moved < GOAL_SHARE,
    p99AliveMs: alive,
    p99WithDeadMs: withDead,
  };
}

async function p99(dying: boolean): Promise<number> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: 25 } }),
      ),
    );
    const [victim, ...others] = connections;
    if (!victim) throw new Error('There is no connection.');
    await steady(arena, connections, 3);
    const accepted = new Map<string, number>();
    for (const death of DEATHS) {
      if (dying) {
        await arena.noFaults();
        await arena.fault({ host: victim.host, ...death });
      }
      for (const [id, at] of await steady(arena, connections, PHASE_SECONDS)) accepted.set(id, at);
    }
    await arena.noFaults();
    const took = await Promise.all(others.map((connection) => latencies(arena, connection, accepted)));
    return percentile(took.flat(), 0.99);
  });
}

/** Posts leads to all in turn, for so many seconds; ids to when each was accepted. */
async function steady(
  arena: Arena,
  connections: Connection[],
  seconds: number,
): Promise<Map<string, number>> {
  const accepted = new Map<string, number>();
  const posts: Promise<void>[] = [];
  const began = performance.now();
  for (let number = 0; number < PER_SECOND * seconds; number += 1) {
    await delay(Math.max(0, began + (number * 1000) / PER_SECOND - performance.now()));
    const connection = connections[number % connections.length];
    if (!connection) continue;
    posts.push(
      eventually(() => post(connection.leadAddress)).then((leadId) => void accepted.set(leadId, Date.now())),
    );
  }
  await Promise.all(posts);
  return accepted;
}

async function latencies(
  arena: Arena,
  connection: Connection,
  accepted: Map<string, number>,
): Promise<number[]> {
  const own = await eventually(
    async () => {
      const pending = await arena.count(
        `select count(*) as value from writer.deliveries where connection_id = '${connection.connectionId}' and state = 'pending'`,
      );
      if (pending > 0) throw new Error(`${pending} leads of ${connection.host} are not written yet`);
      return arena.records(connection);
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  return own.flatMap(({ leadid, createdon }) => {
    const at = accepted.get(leadid);
    return at === undefined ? [] : [createdon - at];
  });
}
