/** `npm run bench -- portal [--json] [--leads 1000000]`: the bars of the portal, one line each. */
import { parseArgs } from 'node:util';
import { search } from './portal/search.ts';
import { printBar } from './writer/bar.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, leads: { type: 'string', default: '1000000' } },
});

for (const bar of await search(Number(values.leads))) printBar(bar, values.json);
process.exit(0);
