/** How many leads a second are accepted durably, against Fastify alone and against a commit for each lead. */
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';
import { inGateways } from './gateways.ts';
import { postFor } from './posting.ts';

const CONNECTIONS = 64;
const SECONDS = 6;
const ROUNDS = 5;
const GOAL_OF_BARE = 0.25;
const GOAL_OF_SINGLE = 4;

/** By turns, so that a machine that changes changes all three. */
export async function rate(): Promise<Bar> {
  return inGateways(async ({ start, startBare }) => {
    const addresses = {
      bare: await startBare(),
      together: await start(),
      single: await start({ COMMIT_LEADS_TOGETHER: '1' }),
    };
    const sides = Object.entries(addresses);
    for (const [, address] of sides) await postFor(address, CONNECTIONS, SECONDS / 2);
    const perSecond: Record<string, number[]> = { bare: [], together: [], single: [] };
    const tookMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [side, address] of sides) {
        const answers = await postFor(address, CONNECTIONS, SECONDS);
        if (answers.others > 0) throw new Error(`${side} refused ${answers.others} leads.`);
        perSecond[side]?.push(Math.round(answers.tookMs.length / answers.seconds));
        if (side === 'together') tookMs.push(...answers.tookMs);
      }
    }
    const ratiosTo = (side: string): number =>
      percentile(
        (perSecond['together'] ?? []).map((together, round) => together / (perSecond[side]?.[round] ?? NaN)),
        0.5,
      );
    const [ofBare, ofSingle] = [ratiosTo('bare'), ratiosTo('single')];
    return {
      bar: 'rate',
      value: Number(ofBare.toFixed(3)),
      unit: 'x what Fastify alone answers, median of rounds',
      goal: `>= ${GOAL_OF_BARE} x, and >= ${GOAL_OF_SINGLE} x the gateway with a commit for each lead`,
      met: ofBare >= GOAL_OF_BARE && ofSingle >= GOAL_OF_SINGLE,
      ofSingle: Number(ofSingle.toFixed(2)),
      perSecond,
      p50Ms: Math.round(percentile(tookMs, 0.5)),
      p99Ms: Math.round(percentile(tookMs, 0.99)),
    };
  });
}
