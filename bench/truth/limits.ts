/** Whether organizations that permit little are kept to, and used to the full, on the running stack. */
import { eventually, type OrganizationSettings } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';

const GOAL_REFUSED = 0.05;
const GOAL_TIME = 1.2;

/** What one request of a backlog carries. */
const ROWS = 100;
/** How many requests of one lane are in flight at most. */
const AT_A_TIME = 16;

interface Situation {
  name: string;
  limits: NonNullable<OrganizationSettings['limits']>;
  /** Offers of the one application in the one organization. */
  offers: number;
  leadsEach: number;
  /** The least time in which so many leads may be written, in seconds. */
  permitted: number;
}

/** A window's worth may leave at once, so all windows count but one. */
const windows = (amount: number, perWindow: number, windowSeconds: number): number =>
  (Math.ceil(amount / perWindow) - 1) * windowSeconds;

const SITUATIONS: Situation[] = [
  {
    name: '5 requests in 10 s',
    limits: { requests: 5, windowSeconds: 10, latencyMs: 20 },
    offers: 1,
    leadsEach: 4_000,
    permitted: windows(4_000 / ROWS, 5, 10),
  },
  {
    name: '4 s of execution time in 20 s, 10 ms a row',
    limits: { executionSeconds: 4, windowSeconds: 20, executionMsPerOperation: 10, latencyMs: 20 },
    offers: 1,
    leadsEach: 4_000,
    permitted: windows(4_000 * 0.01, 4, 20),
  },
  {
    name: '4 s of execution time in 20 s, 2 s a request',
    limits: { executionSeconds: 4, windowSeconds: 20, latencyMs: 2_000 },
    offers: 1,
    leadsEach: 2_000,
    permitted: windows((2_000 / ROWS) * 2, 4, 20),
  },
  {
    // Nothing is limited here but how many requests a lane has under way.
    name: '2 s a request',
    limits: { latencyMs: 2_000, executionSeconds: 12_000 },
    offers: 1,
    leadsEach: 60_000,
    permitted: (60_000 / ROWS / AT_A_TIME) * 2,
  },
  {
    name: '2 requests at a time',
    limits: { concurrency: 2, windowSeconds: 20, latencyMs: 200 },
    offers: 1,
    leadsEach: 40_000,
    permitted: (40_000 / ROWS / 2) * 0.2,
  },
  {
    name: '12 requests in 10 s, shared by six offers',
    limits: { requests: 12, windowSeconds: 10, latencyMs: 20 },
    offers: 6,
    leadsEach: 3_000,
    permitted: windows((6 * 3_000) / ROWS, 12, 10),
  },
];

/** A backlog for each situation in turn, with the requests, the refusals and the waits as the organization has them. */
export async function limits(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const runs = [];
    for (const [index, situation] of SITUATIONS.entries())
      runs.push(await run(arena, `bench${index}.crm4.dynamics.com`, situation));
    const kept = runs.filter(
      ({ left, refused, early, timeOverPermitted }) =>
        left === 0 && refused <= GOAL_REFUSED && early === 0 && timeOverPermitted <= GOAL_TIME,
    ).length;
    return {
      bar: 'limits',
      value: kept,
      unit: `of ${runs.length} situations kept to`,
      goal: `all: <= ${GOAL_REFUSED} of requests refused, 0 before their time, <= ${GOAL_TIME} x the permitted time`,
      met: kept === runs.length,
      runs,
    };
  });
}

interface Run {
  situation: string;
  /** Leads not written when it was given up. */
  left: number;
  requests: number;
  /** The share of requests that were answered 429. */
  refused: number;
  early: number;
  seconds: number;
  timeOverPermitted: number;
}

async function run(arena: Arena, host: string, situation: Situation): Promise<Run> {
  const { control } = arena.stack.emulators;
  const first = await arena.connect(host, { limits: { servers: 1, ...situation.limits } });
  const others = [];
  for (let offer = 1; offer < situation.offers; offer += 1)
    others.push(await arena.share(host, `${host.split('.')[0]}-${offer}`));
  const connections = [first, ...others];
  for (const connection of connections) await arena.change(connection, 'pause');
  const before = await arena.count('select count(*) as value from writer.deliveries');
  await arena.accept(connections, situation.leadsEach);
  const leads = situation.leadsEach * connections.length;
  await eventually(
    async () => {
      const taken = (await arena.count('select count(*) as value from writer.deliveries')) - before;
      if (taken < leads) throw new Error(`${taken} of ${leads} leads are taken in`);
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );
  const began = performance.now();
  await Promise.all(connections.map((connection) => arena.change(connection, 'resume')));
  let written = 0;
  await eventually(
    async () => {
      written = await arena.written([first]);
      if (written < leads) throw new Error(`${written} of ${leads} leads are written`);
    },
    { timeoutMs: 3_000 * situation.permitted, everyMs: 100 },
  ).catch(() => undefined);
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const requests = await control.requests({ host });
  const refused = requests.filter(({ status }) => status === 429).length;
  const early = (await control.waits(host)).reduce((sum, wait) => sum + wait.early, 0);
  return {
    situation: situation.name,
    left: leads - written,
    requests: requests.length,
    refused: Number((refused / requests.length).toFixed(3)),
    early,
    seconds,
    timeOverPermitted: Number((seconds / situation.permitted).toFixed(2)),
  };
}
