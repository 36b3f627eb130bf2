/**
 * `npm test`: what Nx knows to check in every project (types, lint, format, unit tests, builds: each answered from
 * the cache where nothing changed), then the integration tests (on a broker and a database booted once) and the
 * end-to-end tests (on stacks of their own). Goes on after a failure, so that one run tells everything. A few
 * integration and end-to-end specs that fail are tried a second time, alone, and named at the end all the same. The end
 * names what failed, and the last line sums up what Jest reported. With arguments (`npm test -- libs/kafka`): only the specs whose paths match them.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readReport, toTryAgain, type SpecResult } from './test-report.ts';
import { inThrowAwayFolder, runCommand } from './stack/processes/command.ts';
import { root } from './stack/config.ts';
import { startInfrastructure, testVariables } from './stack/infrastructure/infrastructure.ts';
import { sayOnStderr as say } from './stack/processes/narrator.ts';
import { pinnedNode, runInView } from './stack/processes/process.ts';
import type { Shutdown } from './stack/processes/shutdown.ts';

const nx = join(root, 'node_modules', '.bin', 'nx');

/**
 * Kinds of spec: the target that runs them, the end of their names, how many projects may run at a time, and whether
 * one that failed is tried again: those with a broker and processes of their own share a machine that can stand still.
 */
const suites = [
  {
    kind: 'unit',
    target: 'test',
    ending: /(?<!\.(int|e2e))\.spec\.ts$/,
    parallel: 2,
    isTriedAgain: false,
  },
  { kind: 'int', target: 'test-int', ending: /\.int\.spec\.ts$/, parallel: 2, isTriedAgain: true },
  { kind: 'e2e', target: 'e2e', ending: /\.e2e\.spec\.ts$/, parallel: 1, isTriedAgain: true },
] as const;

/** A project's folder, and where its specs of one kind are counted. */
interface Chosen {
  readonly folder: string;
  readonly report: string;
}

await runCommand((shutdown) => inThrowAwayFolder('leads-test', (dataDir) => test(dataDir, shutdown)));

async function test(dataDir: string, shutdown: Shutdown): Promise<number> {
  const started = Date.now();
  const wanted = process.argv.slice(2);
  const failures: string[] = [];
  const results: SpecResult[] = [];
  const unsteady: SpecResult[] = [];

  const infrastructure = startInfrastructure({ dataDir, careless: true, say, shutdown });
  // Its failure is reported where it is waited for.
  infrastructure.catch(() => undefined);
  const stage = async (name: string, args: string[], env: Record<string, string> = {}): Promise<boolean> => {
    const since = Date.now();
    say(`== ${name} (nx ${args.join(' ')})`);
    const code = await runInView(pinnedNode, [nx, ...args], { env, stdio: ['ignore', 2, 2], shutdown });
    say(
      `== ${name}: ${code === 0 ? 'ok' : `failed (exit code ${code})`} after ${((Date.now() - since) / 1000).toFixed(1)} s`,
    );
    return code === 0;
  };
  const check = async (name: string, args: string[]): Promise<void> => {
    if (!(await stage(name, args))) failures.push(name);
  };
  const specs = async (suite: (typeof suites)[number], env?: Record<string, string>): Promise<void> => {
    const projects = choose(suite, wanted);
    if (projects.length === 0) return;
    const run = async (name: string, of: readonly Chosen[], paths: readonly string[]) => {
      for (const { report } of of) rmSync(report, { force: true });
      const folders = of.map(({ folder }) => folder).join();
      const options = ['-p', folders, '--output-style=static', `--parallel=${suite.parallel}`, '--'];
      const isOk = await stage(name, ['run-many', '-t', suite.target, ...options, ...paths], env);
      return { isOk, results: of.flatMap(({ report }) => readReport(report, root)) };
    };
    const name = `${suite.kind} tests`;
    const first = await run(name, projects, wanted);
    const again = suite.isTriedAgain ? toTryAgain(first.results) : [];
    let isOk = first.isOk || again.length > 0;
    for (const { path } of again) {
      const project = projects.filter(({ folder }) => path.startsWith(`${folder}/`));
      // What a test that fails leaves open would keep the run from ending: alone, it is in Jest's own process.
      const second = await run(`${path}, a second time and alone`, project, [path, '--forceExit']);
      isOk &&= second.isOk;
      results.push(...second.results);
    }
    if (!isOk) failures.push(name);
    unsteady.push(...again);
    results.push(...first.results.filter((result) => !again.includes(result)));
  };

  try {
    if (wanted.length === 0) {
      await check('project references', ['sync:check']);
      await check('checks', [
        'run-many',
        '-t',
        'build',
        'typecheck',
        'lint',
        'prettier',
        'knip',
        '--output-style=static',
      ]);
    }
    const [unit, int, e2e] = suites;
    await specs(unit);
    const env = testVariables(await infrastructure);
    await specs(int, env);
    await specs(e2e, env);
  } finally {
    await infrastructure.then((parts) => parts.stop()).catch(() => undefined);
  }

  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  for (const { path, faults } of unsteady) {
    say(`UNSTEADY ${path}: tried a second time, since this failed at first`);
    faults.forEach((fault) => say(fault));
  }
  for (const { faults } of results) faults.forEach((fault) => say(`FAILED ${fault}`));
  if (passed + failed === 0) failures.push('no test ran');
  say(
    `Took ${((Date.now() - started) / 1000).toFixed(0)} s.${failures.length ? ` Failed: ${failures.join(', ')}.` : ''}`,
  );
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failures.length === 0 && failed === 0 ? 0 : 1;
}

/** The projects that have specs of this kind whose paths match one of the patterns; without patterns, any. */
function choose({ kind, ending }: (typeof suites)[number], patterns: readonly string[]): Chosen[] {
  const matchers = patterns.map((pattern) => new RegExp(pattern, 'i'));
  return projectFolders().flatMap((folder) => {
    const files = specsBelow(join(root, folder)).filter((file) => ending.test(file));
    const matching = files.filter((file) => matchers.length === 0 || matchers.some((one) => one.test(file)));
    return matching.length === 0 ? [] : [{ folder, report: join(root, folder, `.jest-${kind}.json`) }];
  });
}

/** The folders of package.json's workspaces. */
function projectFolders(): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  return workspaces.flatMap((entry) => {
    if (!entry.endsWith('/*')) return [entry];
    const parent = entry.slice(0, -2);
    return readdirSync(join(root, parent)).map((name) => join(parent, name));
  });
}

/** Paths of the specs at or below a folder, as seen from the top folder. */
function specsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'out-tsc'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return specsBelow(path);
    return entry.name.endsWith('.spec.ts') ? [relative(root, path)] : [];
  });
}
