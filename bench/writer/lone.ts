/** How long a lone lead takes from the 202 to its record. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@leads/testing';
import { inArena } from './arena.ts';
import type { Bar } from './bar.ts';

const PER_SECOND = 50;
const SECONDS = 20;
const GOAL_P50_MS = 60;
const GOAL_P99_MS = 250;

/** 50 leads a second, through the gateway, to an organisation with 25 ms latency. */
export async function lone(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' } }, async (arena) => {
    const connection = await arena.connect('bench.crm4.dynamics.com', { limits: { latencyMs: 25 } });
    await eventually(async () => {
      if ((await post(connection.leadAddress, -1)).status !== 202) throw new Error('not accepted yet');
    });
    await eventually(
      async () => {
        if ((await arena.written([connection])) < 1) throw new Error('the first lead is not written yet');
      },
      { timeoutMs: 30_000 },
    );
    const acceptedAt = new Map<string, number>();
    const posts: Promise<void>[] = [];
    const began = performance.now();
    for (let number = 0; number < PER_SECOND * SECONDS; number += 1) {
      await delay(Math.max(0, began + (number * 1000) / PER_SECOND - performance.now()));
      posts.push(
        post(connection.leadAddress, number).then(async (answer) => {
          acceptedAt.set(((await answer.json()) as { leadId: string }).leadId, Date.now());
        }),
      );
    }
    await Promise.all(posts);
    await eventually(
      async () => {
        if ((await arena.written([connection])) < posts.length + 1)
          throw new Error('not all are written yet');
      },
      { timeoutMs: 60_000 },
    );
    const records = await arena.records(connection);
    const took = records
      .flatMap(({ leadid, createdon }) => {
        const accepted = acceptedAt.get(leadid);
        return accepted === undefined ? [] : [createdon - accepted];
      })
      .sort((a, b) => a - b);
    const p50 = took[Math.floor(took.length * 0.5)] ?? Infinity;
    const p99 = took[Math.floor(took.length * 0.99)] ?? Infinity;
    return {
      bar: 'lone',
      value: p50,
      unit: 'ms p50 from 202 to record',
      goal: `p50 <= ${GOAL_P50_MS} ms and p99 <= ${GOAL_P99_MS} ms`,
      met: p50 <= GOAL_P50_MS && p99 <= GOAL_P99_MS,
      p99,
      leads: took.length,
    };
  });
}

function post(address: string, number: number): Promise<Response> {
  return fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userDetails: {
        firstName: 'Ana',
        lastName: `Trujillo ${number}`,
        email: `ana.${number}@adatum.example`,
      },
      leadSource: 'AzureMarketplace',
      actionCode: 'INS',
      offerTitle: 'Contoso Analytics',
    }),
  });
}
