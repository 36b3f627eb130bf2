/**
 * `npm run new-service -- lead-archive 4005 "written leads become files"`: a service that starts, migrates and is
 * ready, and does nothing yet, in every place where a service is named.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './stack/config.ts';
import { Unready } from './stack/failure.ts';
import { runCommand } from './stack/processes/command.ts';
import { pinnedNode, runToEnd } from './stack/processes/process.ts';
import { newService, PLACES } from './stack/facts/new-service.ts';

await runCommand(async () => {
  const [name = '', port = '', purpose = ''] = process.argv.slice(2);
  if (!/^[a-z]+(-[a-z]+)*$/.test(name) || !/^\d{4,5}$/.test(port) || purpose === '') {
    throw new Unready('Say a name, a free port and what it is for: lead-archive 4005 "leads become files".');
  }
  if (existsSync(join(root, 'apps', name))) throw new Unready(`apps/${name} is there already.`);
  const read = async (path: string): Promise<[string, string]> => [
    path,
    await readFile(join(root, path), 'utf8'),
  ];
  const before = Object.fromEntries(await Promise.all(PLACES.map(read)));
  const after = newService(before, { name, port: Number(port), purpose });
  for (const [path, text] of Object.entries(after)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const formatted = Object.keys(after).map((path) => join(root, path));
  const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  await runToEnd(pinnedNode, [prettier, '--write', '--ignore-unknown', ...formatted], { env: {} });
  process.stdout.write(`apps/${name} is there. Now: npm install && npx nx sync && npm run build\n`);
  return 0;
});
