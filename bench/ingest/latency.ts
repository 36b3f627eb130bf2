/** How long a sender waits for its 202, at a constant rate. */
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';
import { inGateways } from './gateways.ts';
import { type Answers, postFor, postSteadily } from './posting.ts';

const MANY = { perSecond: 1_000, seconds: 60, p99Ms: 60 };
const FEW = { perSecond: 1, seconds: 120, p99Ms: 15 };

export async function latency(): Promise<Bar> {
  return inGateways(async ({ start }) => {
    const address = await start();
    await postFor(address, 64, 5);
    const many = told(await postSteadily([address], MANY.perSecond, MANY.seconds));
    const few = told(await postSteadily([address], FEW.perSecond, FEW.seconds));
    return {
      bar: 'latency',
      value: many.p99,
      unit: `ms p99 at ${MANY.perSecond} leads/s`,
      goal: `p99 <= ${MANY.p99Ms} ms and nothing refused, and <= ${FEW.p99Ms} ms at ${FEW.perSecond} leads/s`,
      met: many.p99 <= MANY.p99Ms && few.p99 <= FEW.p99Ms && many.refused + few.refused === 0,
      many,
      few,
    };
  });
}

function told({ tookMs, others }: Answers): { p50: number; p99: number; refused: number } {
  const rounded = (share: number): number => Number(percentile(tookMs, share).toFixed(1));
  return { p50: rounded(0.5), p99: rounded(0.99), refused: others };
}
