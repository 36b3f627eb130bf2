/**
 * `npm test`: what Nx knows to check in every project (types, lint, format, unit tests, builds: each answered from
 * the cache where nothing changed), then the integration tests (on a broker and a database booted once) and the
 * end-to-end tests (on stacks of their own). Goes on after a failure, so that one run tells everything. At the end it
 * names what failed, and the last line sums up what Jest reported. With arguments (`npm test -- libs/kafka`): only the specs whose paths match them.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inThrowAwayFolder, runCommand } from './stack/processes/command.ts';
import { root } from './stack/config.ts';
import { startInfrastructure, testVariables } from './stack/infrastructure/infrastructure.ts';
import { sayOnStderr as say } from './stack/processes/narrator.ts';
import { pinnedNode, runInView } from './stack/processes/process.ts';
import type { Shutdown } from './stack/processes/shutdown.ts';

const nx = join(root, 'node_modules', '.bin', 'nx');

/** Kinds of spec: the target that runs them, the end of their names, and how many projects may run at a time. */
const suites = [
  { kind: 'unit', target: 'test', ending: /(?<!\.(int|e2e))\.spec\.ts$/, parallel: 2 },
  { kind: 'int', target: 'test-int', ending: /\.int\.spec\.ts$/, parallel: 2 },
  { kind: 'e2e', target: 'e2e', ending: /\.e2e\.spec\.ts$/, parallel: 1 },
] as const;

/** Lines of a failure that the end repeats, since the output above it may be long. */
const LINES_SHOWN = 25;

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
  const reports: string[] = [];

  const infrastructure = startInfrastructure({ dataDir, careless: true, say, shutdown });
  // Its failure is reported where it is waited for.
  infrastructure.catch(() => undefined);
  const stage = async (name: string, args: string[], env: Record<string, string> = {}): Promise<void> => {
    const since = Date.now();
    say(`== ${name} (nx ${args.join(' ')})`);
    const code = await runInView(pinnedNode, [nx, ...args], { env, stdio: ['ignore', 2, 2], shutdown });
    if (code !== 0) failures.push(name);
    say(
      `== ${name}: ${code === 0 ? 'ok' : `failed (exit code ${code})`} after ${((Date.now() - since) / 1000).toFixed(1)} s`,
    );
  };
  const specs = async (suite: (typeof suites)[number], env?: Record<string, string>): Promise<void> => {
    const projects = choose(suite, wanted);
    if (projects.length === 0) return;
    for (const { report } of projects) rmSync(report, { force: true });
    reports.push(...projects.map(({ report }) => report));
    const folders = projects.map(({ folder }) => folder).join();
    const options = ['-p', folders, '--output-style=static', `--parallel=${suite.parallel}`, '--'];
    await stage(`${suite.kind} tests`, ['run-many', '-t', suite.target, ...options, ...wanted], env);
  };

  try {
    if (wanted.length === 0) {
      await stage('project references', ['sync:check']);
      await stage('checks', [
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

  const count = { passed: 0, failed: 0 };
  for (const report of reports) {
    const { passed, failed, failures: faults } = readReport(report);
    count.passed += passed;
    count.failed += failed;
    for (const fault of faults) say(fault);
  }
  if (count.passed + count.failed === 0) failures.push('no test ran');
  say(
    `Took ${((Date.now() - started) / 1000).toFixed(0)} s.${failures.length ? ` Failed: ${failures.join(', ')}.` : ''}`,
  );
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
  return failures.length === 0 && count.failed === 0 ? 0 : 1;
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

/** What this program reads of a report of Jest's. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Reads what Jest wrote; a file that is not there or not whole means that Jest itself fell over. */
function readReport(path: string): { passed: number; failed: number; failures: string[] } {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { passed: 0, failed: 1, failures: [`FAILED ${relative(root, path)}: Jest left no report`] };
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    failures: report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((result) => result.status === 'failed');
      const fell =
        status === 'failed' && failed.length === 0 ? [{ fullName: '', failureMessages: [message] }] : failed;
      return fell.map(
        ({ fullName, failureMessages }) =>
          `FAILED ${relative(root, name)} ${fullName}\n${failureMessages.join('\n').split('\n').slice(0, LINES_SHOWN).join('\n')}`,
      );
    }),
  };
}
