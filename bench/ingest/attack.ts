/** How much longer honest senders wait while somebody attacks the gateway, each attack by itself. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';
import { inGateways } from './gateways.ts';
import { postFor, postSteadily } from './posting.ts';
import { usedAlone } from './usage.ts';

/** See `attackers.ts`. */
const ATTACKS = [
  'slowHeads',
  'slowBodies',
  'idle',
  'bombs',
  'garbage',
  'smuggling',
  'unknown',
  'known',
] as const;

export type Attack = (typeof ATTACKS)[number];

/** Honest posts a second, far below what the gateway can take, to several addresses. */
const PER_SECOND = 200;
const SECONDS = 2.5;
const ROUNDS = 5;
const GOAL = 1.1;

/** What the gateway still has to do for an attack that has ended is not counted with the next. */
const REST_MS = 400;

/** By turns, so that a machine that changes changes all; what an attack is compared with is measured twice a round. */
export async function attack(): Promise<Bar> {
  return inGateways(async ({ startAsDelivered }) => {
    const { pid, addresses } = await startAsDelivered();
    const [attacked = '', flooded = '', ...honest] = addresses;
    const sides = ['none' as const, ...ATTACKS.slice(0, 4), 'none' as const, ...ATTACKS.slice(4)];
    await postFor(honest[0] ?? '', 16, 2);
    await postSteadily(honest, PER_SECOND, SECONDS);
    const ratios = new Map<Attack, number[]>(ATTACKS.map((name) => [name, []]));
    const p99Ms: Record<string, number[]> = {};
    const cpuShare: Record<string, number[]> = {};
    const answers: Record<string, unknown> = {};
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const ofRound = new Map<string, number[]>();
      for (const side of sides) {
        const attacker = side === 'none' ? undefined : await startAttack(side, attacked, flooded);
        const { cpuMs } = usedAlone(pid);
        const measured = await postSteadily(honest, PER_SECOND, SECONDS);
        const share = (usedAlone(pid).cpuMs - cpuMs) / (measured.seconds * 1_000);
        if (attacker) answers[side] = await attacker.end();
        const p99 = percentile(measured.tookMs, 0.99);
        refused += measured.others;
        ofRound.set(side, [...(ofRound.get(side) ?? []), p99]);
        (p99Ms[side] ??= []).push(Number(p99.toFixed(1)));
        (cpuShare[side] ??= []).push(Number(share.toFixed(2)));
        process.stderr.write(
          `round ${round + 1} of ${ROUNDS}, ${side}: p99 ${p99.toFixed(1)} ms, gateway ${share.toFixed(2)} of a core\n`,
        );
        await delay(REST_MS);
      }
      const calm = mean(ofRound.get('none') ?? []);
      for (const [name, all] of ratios) all.push(mean(ofRound.get(name) ?? []) / calm);
    }
    const medians = [...ratios].map(
      ([name, all]) => [name, Number(percentile(all, 0.5).toFixed(2))] as const,
    );
    const worst = Math.max(...medians.map(([, ratio]) => ratio));
    return {
      bar: 'attack',
      value: worst,
      unit: 'x the p99 without, under the worst attack, median of rounds',
      goal: `<= ${GOAL} x, and no honest lead refused`,
      met: worst <= GOAL && refused === 0,
      ratios: Object.fromEntries(medians),
      refused,
      p99Ms,
      cpuShare,
      answers,
    };
  });
}

/** @returns once it is under way; its end says how often each status was answered to it */
async function startAttack(name: Attack, ...addresses: string[]): Promise<{ end: () => Promise<unknown> }> {
  const child = fork(new URL('attackers.ts', import.meta.url), [name, ...addresses]);
  const gone = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => Promise.reject(new Error(`The attack ${name} ended by itself: ${String(code)}.`))),
  ]);
  return {
    end: async () => {
      const told = once(child, 'message') as Promise<[{ answers: unknown }]>;
      child.send('tell');
      const [{ answers }] = await told;
      child.disconnect();
      await gone;
      return answers;
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
