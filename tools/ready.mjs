/**
 * Makes a fresh clone ready and runs one of the project's commands: `node tools/ready.mjs start`.
 * Plain JavaScript without dependencies, because it runs before anything is installed, on the Node that the
 * machine happens to have; the command itself runs on the Node that package-lock.json pins.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { clearInterval, clearTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { consoleIsBuilt } from './console.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const marker = join(root, 'node_modules', '.leads-installed');
const pinnedNode = join(root, 'node_modules', '.bin', 'node');
const [command, ...rest] = process.argv.slice(2);

/** These build by themselves, or need nothing built. */
const BUILDS_NOTHING = new Set(['test', 'reset', 'infra', 'new-service']);
const PATIENCE_MS = 2_000;

let child;
let stopping;
let preparing = false;

if (command === '--installed') {
  noteInstalled();
} else {
  await main();
}

async function main() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    fail(
      `This project needs Node 20.11 or later to install itself and found ${process.versions.node}. Install a current Node (https://nodejs.org) and run the same command again.`,
    );
  }
  if (!command || !existsSync(join(root, 'tools', `${command}.ts`))) {
    fail(
      `There is no command "${command ?? ''}". package.json lists them: npm start, npm run smoke, npm test.`,
    );
  }
  passSignalsOn();
  stopWithNpm();

  if (!isInstalled()) {
    await step('Installing packages (npm ci)', npm(), ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    noteInstalled();
  }
  if (!BUILDS_NOTHING.has(command)) {
    await step('Building (tsc -b)', pinnedNode, [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-b',
    ]);
    if (!consoleIsBuilt()) {
      await step('Building the console (vite build)', pinnedNode, [join(root, 'tools', 'console.mjs')]);
    }
  }
  const code = await run(pinnedNode, [join(root, 'tools', `${command}.ts`), ...rest], {
    stdio: 'inherit',
    env: { ...process.env, READY_PID: String(process.pid) },
    cwd: root,
  });
  process.exit(code);
}

/** True where node_modules was made from the package-lock.json that lies here now. */
function isInstalled() {
  return existsSync(marker) && existsSync(pinnedNode) && readFileSync(marker, 'utf8') === lockHash();
}

/** Remembers what node_modules was made from; npm runs this after every install. */
function noteInstalled() {
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, lockHash());
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** The npm that started this, or the one on the PATH. */
function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

/** Runs one preparation quietly; says what it is doing once it takes long, and shows its output if it fails. */
async function step(label, file, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let output = '';
  let told = false;
  const ticker = setInterval(() => {
    if (stopping) return;
    process.stderr.write(`${label}${told ? ` … ${seconds()} s` : ' …'}\n`);
    told = true;
  }, PATIENCE_MS * 2);
  const first = setTimeout(() => {
    if (stopping) return;
    process.stderr.write(`${label} …\n`);
    told = true;
  }, PATIENCE_MS);
  preparing = true;
  const code = await run(file, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root }, (chunk) => {
    output += chunk;
  });
  preparing = false;
  clearInterval(ticker);
  clearTimeout(first);
  if (stopping) process.exit(128 + (constants.signals[stopping] ?? 15));
  if (code !== 0) {
    process.stderr.write(output);
    fail(`${label} failed with exit code ${code}; its output is above. Nothing was started.`);
  }
  if (told) process.stderr.write(`${label}: done in ${seconds()} s\n`);
}

/** Runs a program to its end and answers its exit code (128 + number where a signal ended it). */
function run(file, args, options, onOutput) {
  return new Promise((resolve) => {
    child = spawn(file, args, options);
    child.stdout?.on('data', (chunk) => onOutput(String(chunk)));
    child.stderr?.on('data', (chunk) => onOutput(String(chunk)));
    child.once('error', (error) => fail(`Could not run ${file}: ${error.message}`));
    child.once('close', (code, signal) => {
      child = undefined;
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

function passSignalsOn() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A command that runs says so itself; after a hang-up there is no terminal left to say it on.
      if (preparing && !stopping && signal !== 'SIGHUP') process.stderr.write('Ending …\n');
      stopping = signal;
      if (child) child.kill(signal);
      else process.exit(128 + constants.signals[signal]);
    });
  }
}

/** npm passes most signals on, but not the one that cannot be caught: without npm, this has no business left. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent || stopping) return;
    stopping = 'SIGTERM';
    child?.kill('SIGTERM');
  }, 500).unref();
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
