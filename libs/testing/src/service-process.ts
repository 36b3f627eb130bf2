/** Runs a built service as a process of its own, so that a test can look at it from outside and kill it for real. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

export interface ServiceProcess {
  /** Where it listens, e.g. `http://127.0.0.1:40123`. */
  url: string;
  /** Everything it has written, standard output and standard error. */
  output: () => string;
  /** Sends the signal and waits for the end. */
  end: (signal?: NodeJS.Signals) => Promise<void>;
}

/**
 * Starts an app and waits until it listens.
 * @param app the app's folder; what was built into its `dist` is run
 * @param settings its whole environment, but for a free port that it picks by itself
 */
export async function startServiceProcess(
  app: URL,
  settings: Record<string, string>,
): Promise<ServiceProcess> {
  await refuseStale(app);
  const child = spawn(process.execPath, [fileURLToPath(new URL('dist/main.js', app))], {
    env: { HTTP_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const gather = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  // A test run that ends in a hurry leaves nothing behind.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  try {
    const url = await eventually(() => listeningAt(child, output), { timeoutMs: 30_000 });
    if (url === undefined) throw new Error('The service has ended.');
    return { url, output: () => output, end: (signal = 'SIGTERM') => end(child, signal) };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`${String(error)} It wrote:\n${output}`, { cause: error });
  }
}

/** Where it listens; `undefined` once it has ended, for then there is nothing to wait for. */
function listeningAt(child: ChildProcess, output: string): string | undefined {
  if (hasEnded(child)) return undefined;
  const address = /"address":"([^"]+)"/.exec(output)?.[1];
  if (address === undefined) throw new Error('The service does not listen.');
  return address;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** TypeScript that is not only there for tests. */
const SERVICE_CODE = /(?<!\.spec|\.fixture)\.ts$/;

/** What is tested must be what is written. */
async function refuseStale(app: URL): Promise<void> {
  const sources = await readdir(new URL('src/', app), { recursive: true });
  const written = await Promise.all(
    sources.filter((name) => SERVICE_CODE.test(name)).map((name) => stat(new URL(`src/${name}`, app))),
  );
  const built = await stat(new URL('dist/tsconfig.tsbuildinfo', app)).catch(() => undefined);
  if (written.some(({ mtimeMs }) => mtimeMs > (built?.mtimeMs ?? 0))) {
    throw new Error(`${fileURLToPath(app)} has changed since it was built: run "npx tsc -b" first.`);
  }
}
