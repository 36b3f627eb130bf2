/** `npm run chaos -- writer --seed N`, `npm run chaos -- ingest --seed N`: one of the trials in e2e/chaos, by its file's name. */
import { join } from 'node:path';
import { root } from './stack/config.ts';

const trials = ['writer', 'ingest'];
const wanted = process.argv[2] ?? '';
const file = join(root, 'e2e', 'chaos', `${wanted}.ts`);

if (trials.includes(wanted)) await import(file);
else {
  process.stderr.write(`Say what to try: npm run chaos -- <${trials.join(' | ')}> --seed N\n`);
  process.exitCode = 1;
}
