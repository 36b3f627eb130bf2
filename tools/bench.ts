/** `npm run bench -- <name> [options]`: one of the measurements in bench/, or their names when none is given. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './stack/config.ts';

const folder = join(root, 'bench');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const wanted = process.argv[2] ?? '';

if (names.includes(wanted)) await import(join(folder, `${wanted}.ts`));
else {
  process.stderr.write(`Say which to measure: npm run bench -- <${names.join(' | ')}>\n`);
  process.exitCode = 1;
}
