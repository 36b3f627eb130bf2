/** What a huge backlog of one dead connection costs the writer in memory. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@leads/testing';
import { type Arena, type Connection, inArena } from '@leads/tools';
import type { Bar } from './bar.ts';

const LEADS = 1_000_000;
const GOAL_MB = 50;
const SAMPLES = 20;

/** A million pending leads whose organisation answers 503, against the same writer with none. */
export async function memory(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const dead = await arena.connect('dead.crm4.dynamics.com', {});
    await arena.fault({ host: dead.host, kind: 'status', status: 503 });
    await arena.accept([dead], 100);
    await eventually(
      async () => {
        if ((await arena.count('select count(*) as value from writer.deliveries where attempts > 0')) === 0)
          throw new Error('nothing was tried yet');
      },
      { timeoutMs: 30_000 },
    );
    const empty = await residentMb(arena);
    await fill(arena, dead);
    const full = await residentMb(arena);
    const grown = Number((full - empty).toFixed(1));
    return {
      bar: 'memory',
      value: grown,
      unit: 'MB grown',
      goal: `< ${GOAL_MB} MB`,
      met: grown < GOAL_MB,
      emptyMb: Math.round(empty),
      fullMb: Math.round(full),
      pending: await arena.count(`select count(*) as value from writer.deliveries where state = 'pending'`),
    };
  });
}

/** Copies one delivery a million times: what matters is what the writer reads of them. */
async function fill(arena: Arena, { connectionId }: Connection): Promise<void> {
  await arena.count(`
    insert into writer.deliveries (lead_id, connection_id, accepted, accepted_at, due_at)
    select id, '${connectionId}', replace(one.accepted, one.lead_id::text, id::text), now(), now()
    from (select lead_id, accepted from writer.deliveries limit 1) as one,
         (select gen_random_uuid() as id from generate_series(1, ${LEADS})) as ids`);
}

/** The most that the writer's process had resident over some seconds, in MB. */
async function residentMb(arena: Arena): Promise<number> {
  const { pid } = arena.stack.services['dynamics-writer'];
  let most = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    most = Math.max(most, kb / 1024);
    await delay(1_000);
  }
  return most;
}
