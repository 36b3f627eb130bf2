/** What was built of an app, run as a process of its own. */
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from './running-process.ts';

export interface ServiceProcess extends RunningProcess {
  /** Where it listens, e.g. `http://127.0.0.1:40123`. */
  url: string;
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
  const service = await startBuilt(app, 'main.js', { HTTP_PORT: '0', ...settings });
  const [, url = ''] = await service.says(/"address":"([^"]+)"/);
  return { ...service, url };
}

/**
 * Starts one file of an app's `dist`.
 * @throws where the app has changed since it was built: what is tested must be what is written
 */
export async function startBuilt(
  app: URL,
  file: string,
  environment: Record<string, string>,
): Promise<RunningProcess> {
  await refuseStale(app);
  return startProcess(new URL(`dist/${file}`, app), environment);
}

/** TypeScript that is not only there for tests. */
const APP_CODE = /^(?!(.*\/)?testing\/).*(?<!\.spec|\.fixture)\.ts$/;

async function refuseStale(app: URL): Promise<void> {
  const written = await timesIn(new URL('src/', app), APP_CODE);
  const built = await timesIn(new URL('dist/', app), /^[^/]*\.tsbuildinfo$/);
  if (Math.max(...written) > Math.max(...built)) {
    throw new Error(`${fileURLToPath(app)} has changed since it was built: run "npx tsc -b" first.`);
  }
}

/** When the files of a folder that fit were last written, in milliseconds since the epoch. */
async function timesIn(folder: URL, fitting: RegExp): Promise<number[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return Promise.all(
    names
      .filter((name) => fitting.test(name))
      .map(async (name) => (await stat(new URL(name, folder))).mtimeMs),
  );
}
