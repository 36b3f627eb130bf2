/** How soon all is well again after two minutes in which much went wrong at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type Fault } from '@leads/testing';
import { type Arena, type Connection, inArena } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';
import { whatIsThere } from './what-is-there.ts';

const CONNECTIONS = 3;
const BACKLOG = 500;
const TROUBLE_SECONDS = 120;
const FAULT_SECONDS = 4;
const KILLS_AFTER_SECONDS = [30, 60, 90];
/** The second half of the backlog comes so late that most of it waits when all is well again. */
const LAST_ACCEPTED_AFTER_SECONDS = 112;
const GOAL_SECONDS = 60;
const GIVE_UP_MS = 300_000;

const FAULTS = [
  { kind: 'status', status: 503 },
  { kind: 'reset-after-commit' },
  { kind: 'throttle', limit: 'requests', retryAfterSeconds: 3 },
  { kind: 'truncated' },
  { kind: 'intermediary', answer: 'busy-page' },
  { kind: 'status', status: 401 },
] as const satisfies Fault[];

/** Two minutes of faults at every organization, the writer killed three times; then nothing is wrong any more. */
export async function calm(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`bench${number}.crm4.dynamics.com`, { limits: { latencyMs: 25 } }),
      ),
    );
    await Promise.all([
      faults(arena, connections),
      kills(arena),
      arena.accept(connections, BACKLOG),
      delay(LAST_ACCEPTED_AFTER_SECONDS * 1000).then(() => arena.accept(connections, BACKLOG)),
    ]);
    await arena.noFaults();
    const accepted = 2 * BACKLOG * CONNECTIONS;
    const waitingAtCalm = accepted - (await arena.written(connections));
    const began = performance.now();
    await eventually(
      async () => {
        const written = await arena.count(
          `select count(*) as value from writer.deliveries where state = 'written'`,
        );
        if (written < accepted) throw new Error(`${written} of ${accepted} leads are written`);
      },
      { timeoutMs: GIVE_UP_MS, everyMs: 100 },
    ).catch(() => undefined);
    const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
    const found = await whatIsThere(arena, connections);
    const states = await arena.rows<{ state: string; leads: string }>(
      'select state, count(*) as leads from writer.deliveries group by state',
    );
    const counts = Object.fromEntries(states.map(({ state, leads }) => [state, Number(leads)]));
    const lost = found.lost + accepted - Object.values(counts).reduce((sum, count) => sum + count, 0);
    return {
      bar: 'calm',
      value: seconds,
      unit: 's from the last fault to the last lead written',
      goal: `<= ${GOAL_SECONDS} s, nothing lost, doubled or falsely written`,
      met:
        seconds <= GOAL_SECONDS &&
        counts['written'] === accepted &&
        lost === 0 &&
        found.doubled === 0 &&
        found.falselyWritten === 0,
      accepted,
      notThereAtCalm: waitingAtCalm,
      ...counts,
      ...found,
      lost,
    };
  });
}

/** One fault after another at each organization, each with another one, on half of the requests or on all. */
async function faults(arena: Arena, connections: readonly Connection[]): Promise<void> {
  for (let round = 0; round * FAULT_SECONDS < TROUBLE_SECONDS; round += 1) {
    await Promise.all(
      connections.map(({ host }, number) =>
        arena.fault({
          host,
          ...(FAULTS[(round + number) % FAULTS.length] ?? FAULTS[0]),
          forMs: FAULT_SECONDS * 1000,
          probability: (round + number) % 2 === 0 ? 0.5 : 1,
        }),
      ),
    );
    await delay(FAULT_SECONDS * 1000);
  }
}

async function kills({ stack: { writers } }: Arena): Promise<void> {
  const [writer] = writers;
  let passed = 0;
  for (const seconds of KILLS_AFTER_SECONDS) {
    await delay((seconds - passed) * 1000);
    passed = seconds;
    await writer?.kill('SIGKILL');
    await writer?.restart();
  }
}
