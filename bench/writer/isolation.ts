/** What one dead organisation costs the others. */
import { eventually, type Fault } from '@leads/testing';
import { type Arena, type Connection, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';
import { percentile } from './percentile.ts';
import { post, steadily } from './post.ts';

const CONNECTIONS = 20;
const PER_SECOND = 60;
/** At the beginning of a phase, not measured. */
const WARM_UP_SECONDS = 3;
const PHASE_SECONDS = 15;
/** How often each death is tried: nine phases with a dead one, which `secondLargest` counts on. */
const ROUNDS = 3;
const GOAL_SHARE = 0.1;

/** How the dead one fails, in turn. A delay outlasts its phase: nothing is answered in it. */
const DEATHS = [
  { kind: 'delay', delayMs: (WARM_UP_SECONDS + PHASE_SECONDS) * 1000 },
  { kind: 'status', status: 401 },
  { kind: 'throttle', limit: 'requests', retryAfterSeconds: 5 },
] satisfies Fault[];

/** When the leads of one phase were accepted, by their ids. */
type Phase = Map<string, number>;

/**
 * 20 connections at a steady rate on one stack, by turns all alive and one of them dead. Each phase with a dead one is
 * compared with the mean of the two beside it, so that a machine that gets slower over the run counts for neither, and
 * the median of these comparisons is the value, so that one hiccup does not decide it. The bar is met where the second
 * largest of the nine is below the goal as well: then it is not by chance that the median is.
 */
export async function isolation(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: 25 } }),
      ),
    );
    const [victim, ...others] = connections;
    if (!victim) throw new Error('There is no connection.');
    // The just-in-time compiler has its work in the first seconds.
    await phase(connections);
    const alive = [await phase(connections)];
    const dead: Phase[] = [];
    for (const death of Array.from({ length: ROUNDS }, () => DEATHS).flat()) {
      await arena.fault({ host: victim.host, ...death });
      dead.push(await phase(connections));
      await revive(arena, victim);
      alive.push(await phase(connections));
    }
    const created = new Map((await Promise.all(others.map((other) => recordsOf(arena, other)))).flat());
    const alivesMs = alive.map((one) => p99(one, created));
    const deadsMs = dead.map((one) => p99(one, created));
    const moves = deadsMs.map((ms, index) => ms / mean(alivesMs[index], alivesMs[index + 1]) - 1);
    const noise = alivesMs
      .slice(1, -1)
      .map((ms, index) => Math.abs(ms / mean(alivesMs[index], alivesMs[index + 2]) - 1));
    const moved = rounded(median(moves));
    const atMost = rounded(secondLargest(moves));
    return {
      bar: 'isolation',
      value: moved,
      unit: "share by which the others' p99 moved",
      goal: `< ${GOAL_SHARE}, with 98 % confidence`,
      // On a machine that is busy with something else, nothing can be told, so nothing is met either.
      met: atMost < GOAL_SHARE,
      movedAtMost: atMost,
      byDeath: Object.fromEntries(
        DEATHS.map(({ kind }, index) => [
          kind,
          rounded(median(moves.filter((_, number) => number % DEATHS.length === index))),
        ]),
      ),
      /** By how much a phase without any dead one differs from its neighbours without one. */
      noise: rounded(median(noise)),
      p99AliveMs: alivesMs,
      p99WithDeadMs: deadsMs,
    };
  });
}

/** Posts leads to all in turn at the steady rate; those of the warm-up are not answered. */
async function phase(connections: Connection[]): Promise<Phase> {
  const accepted: Phase = new Map();
  await steadily(PER_SECOND, PER_SECOND * (WARM_UP_SECONDS + PHASE_SECONDS), async (number) => {
    const connection = connections[number % connections.length];
    if (!connection) return;
    const leadId = await eventually(() => post(connection.leadAddress));
    if (number >= PER_SECOND * WARM_UP_SECONDS) accepted.set(leadId, Date.now());
  });
  return accepted;
}

/** Lets the dead one live again, and catch up. */
async function revive(arena: Arena, victim: Connection): Promise<void> {
  await arena.noFaults();
  await arena.change(victim, 'pause');
  await arena.change(victim, 'resume');
  await untilWritten(arena, victim);
}

async function untilWritten(arena: Arena, { connectionId, host }: Connection): Promise<void> {
  await eventually(
    async () => {
      const pending = await arena.count(
        `select count(*) as value from writer.deliveries where connection_id = '${connectionId}' and state = 'pending'`,
      );
      if (pending > 0) throw new Error(`${pending} leads of ${host} are not written yet`);
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );
}

/** When each record of an organisation came to be. */
async function recordsOf(arena: Arena, connection: Connection): Promise<[string, number][]> {
  await untilWritten(arena, connection);
  return (await arena.records(connection)).map(({ leadid, createdon }) => [leadid, createdon]);
}

/** Of the leads of one phase that are in `created`: how long 99 % of them took at most. */
function p99(accepted: Phase, created: ReadonlyMap<string, number>): number {
  const took = [...accepted].flatMap(([leadId, at]) => {
    const createdAt = created.get(leadId);
    return createdAt === undefined ? [] : [createdAt - at];
  });
  return percentile(took, 0.99);
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/**
 * A bound for the median of what nine values were drawn from: only in 2 % of all cases do eight or nine of them lie
 * below it (sign test, 10 / 2^9).
 */
function secondLargest(values: readonly number[]): number {
  return [...values].sort((a, b) => b - a)[1] ?? Infinity;
}

function mean(one = NaN, other = NaN): number {
  return (one + other) / 2;
}

function rounded(share: number): number {
  return Number(share.toFixed(3));
}
