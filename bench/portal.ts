/** `npm run bench -- portal [--json] [--leads 1000000]`: the bars of the portal, one line each. */
import { parseArgs } from 'node:util';
import { search } from './portal/search.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, leads: { type: 'string', default: '1000000' } },
});

for (const { bar, value, unit, goal, met, ...rest } of await search(Number(values.leads))) {
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bar, value, unit, goal, met, ...rest })}\n`
      : `${bar}: ${value} ${unit}, ${met ? 'met' : 'missed'} (goal ${goal}) ${JSON.stringify(rest)}\n`,
  );
}
process.exit(0);
