/** `npm run bench -- writer [--json] [--only NAME]`: the writer's bars, one line each. */
import { parseArgs } from 'node:util';
import type { Bar } from './writer/bar.ts';
import { budget } from './writer/budget.ts';
import { drain } from './writer/drain.ts';
import { isolation } from './writer/isolation.ts';
import { lone } from './writer/lone.ts';
import { memory } from './writer/memory.ts';
import { scale } from './writer/scale.ts';

const bars: Record<string, () => Promise<Bar>> = {
  lone,
  drain: () => drain(),
  isolation,
  budget,
  scale,
  memory,
};

const { values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});

for (const [name, measure] of Object.entries(bars)) {
  if (values.only !== undefined && values.only !== name) continue;
  const { bar, value, unit, goal, met, ...rest } = await measure();
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bar, value, unit, goal, met, ...rest })}\n`
      : `${bar}: ${value} ${unit}, ${met ? 'met' : 'missed'} (goal ${goal}) ${JSON.stringify(rest)}\n`,
  );
}
process.exit(0);
