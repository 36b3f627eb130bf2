/**
 * The console's build: whether the one that lies here is of these sources; run by itself, this makes it.
 * Plain JavaScript that needs nothing installed until it builds: ready.mjs asks it first.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

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
  compress(join(project, 'dist', 'console', 'assets'));
}

/** Lays beside each text what the portal sends instead to browsers that take it. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    if (!['.js', '.css', '.svg'].includes(extname(name))) continue;
    const file = join(folder, name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
