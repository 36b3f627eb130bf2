/** The same measurements under both profiles, by turns, so that a machine that changes changes both. */
import { inArena } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';
import { drainRate } from '../writer/drain.ts';
import { loneTimes } from '../writer/lone.ts';
import { acceptRate } from './accept-rate.ts';

const LEADS = 20_000;
const GOAL_PERCENT = 10;
/** Each profile comes as often before the other as behind it. */
const TURNS = ['plain', 'production', 'production', 'plain', 'plain', 'production'] as const;

type Profile = (typeof TURNS)[number];

/** What one stack shows: leads a second of a backlog and at the gateway, milliseconds of a lone lead. */
interface Measured {
  drain: number;
  lone: number;
  rate: number;
}

/** How much slower each is under the production profile, in the median of the turns. */
export async function cost(): Promise<Bar> {
  const measured: Record<Profile, Measured[]> = { plain: [], production: [] };
  for (const profile of TURNS) measured[profile].push(await measure(profile));
  const median = (profile: Profile, what: keyof Measured): number => {
    const values = measured[profile].map((each) => each[what]).sort((one, other) => one - other);
    return values[Math.floor(values.length / 2)] ?? NaN;
  };
  const ratio = (what: keyof Measured): number => median('production', what) / median('plain', what);
  // Of rates less is worse, of a time more.
  const ratios = { drain: 1 / ratio('drain'), lone: ratio('lone'), rate: 1 / ratio('rate') };
  const worst = Math.max(...Object.values(ratios));
  return {
    bar: 'cost',
    value: Number(((worst - 1) * 100).toFixed(1)),
    unit: '% slower under the production profile, the worst of drain, lone and rate',
    goal: `< ${GOAL_PERCENT} %`,
    met: worst - 1 < GOAL_PERCENT / 100,
    ratios: Object.fromEntries(
      Object.entries(ratios).map(([what, value]) => [what, Number(value.toFixed(3))]),
    ),
    measured,
  };
}

function measure(profile: Profile): Promise<Measured> {
  const serviceSettings = { BULK: 'create-multiple', LOG_LEVEL: 'warn' };
  return inArena({ profile, serviceSettings }, async (arena) => ({
    // First, as it takes the backlog for all that there is.
    drain: Math.round(await drainRate(arena, LEADS)),
    lone: (await loneTimes(arena)).p50,
    rate: Math.round(await acceptRate(arena)),
  }));
}
