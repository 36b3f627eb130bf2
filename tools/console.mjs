/**
 * The console's build: whether the one that lies here is of these sources; run by itself, this makes it.
 * Plain JavaScript that needs nothing installed until it builds: ready.mjs asks it first.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const project = join(root, 'apps', 'portal-web');
const sources = [
  join(project, 'src'),
  join(project, 'index.html'),
  join(project, 'vite.config.mjs'),
  join(project, 'package.json'),
  join(root, 'libs', 'contracts', 'src'),
  join(root, 'package-lock.json'),
];

/** True where a build lies here that is newer than everything it is made from. */
export function consoleIsBuilt() {
  const page = join(project, 'dist', 'console', 'index.html');
  return existsSync(page) && statSync(page).mtimeMs > Math.max(...sources.map(newest));
}

/** The time of the newest file at or below a path. */
function newest(path) {
  const about = statSync(path);
  if (!about.isDirectory()) return about.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds it with the bundler that is installed for it. */
async function build() {
  const bundler = createRequire(join(project, 'package.json')).resolve('vite');
  const vite = await import(pathToFileURL(bundler).href);
  await vite.build({ root: project, logLevel: 'warn' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
