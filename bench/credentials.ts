/** `npm run bench -- credentials [--json] [--only NAME]`: the bars of credentials, one line each. */
import { parseArgs } from 'node:util';
import { handOver } from './credentials/hand-over.ts';
import type { Bar } from './writer/bar.ts';

const bars: Record<string, () => Promise<Bar>> = { 'hand-over': handOver };

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
