/**
 * `npm test`: types, lint, format, then every spec: unit, integration (on a broker and a database booted once), end
 * to end (on stacks of their own). Goes on after a failure, so that one run tells everything. The last line sums up
 * what Jest reported. With arguments (`npm test -- libs/kafka`): only the specs whose paths match them.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inThrowAwayFolder, runCommand } from './stack/command.ts';
import { inheritedEnvironment, root } from './stack/config.ts';
import { startInfrastructure } from './stack/infrastructure.ts';
import type { Infrastructure } from './stack/infrastructure.ts';
import { sayOnStderr as say } from './stack/narrator.ts';
import { pinnedNode } from './stack/process.ts';
import type { Shutdown } from './stack/shutdown.ts';

const packages = join(root, 'node_modules');
const tsc = [join(packages, 'typescript', 'bin', 'tsc'), '-b', '--pretty'];
const lint = [join(packages, '.bin', 'nx'), 'run-many', '-t', 'lint', '--output-style=static'];
const format = [join(packages, 'prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'];
const buildConsole = [join(root, 'tools', 'console.mjs')];
const jest = join(packages, 'jest', 'bin', 'jest.js');

const suites = [
  { name: 'unit', pattern: String.raw`(?<!\.(int|e2e))\.spec\.ts$`, args: [] },
  { name: 'integration', pattern: String.raw`\.int\.spec\.ts$`, args: [] },
  // Each of these boots a stack, which wants the cores for itself.
  { name: 'end to end', pattern: String.raw`\.e2e\.spec\.ts$`, args: ['--runInBand'] },
] as const;

/** What Jest counted; a suite that could not run at all counts as one failure. */
interface Count {
  passed: number;
  failed: number;
}

await runCommand((shutdown) => inThrowAwayFolder('leads-test', (dataDir) => test(dataDir, shutdown)));

async function test(dataDir: string, shutdown: Shutdown): Promise<number> {
  const started = Date.now();
  const wanted = process.argv.slice(2);
  const failures: string[] = [];
  const count: Count = { passed: 0, failed: 0 };

  const infrastructure = startInfrastructure({ dataDir, careless: true, say, shutdown });
  // Its failure is reported where it is waited for.
  infrastructure.catch(() => undefined);
  try {
    const built = await stage('types', 'tsc -b', tsc, shutdown);
    if (!built) failures.push('types');
    // End-to-end specs open it in a browser.
    if (!(await stage('console', 'vite build', buildConsole, shutdown))) failures.push('console');
    if (wanted.length === 0) {
      if (!(await stage('lint', 'nx run-many -t lint', lint, shutdown))) failures.push('lint');
      if (!(await stage('format', 'prettier --check', format, shutdown))) failures.push('format');
    }
    const env = testEnvironment(await infrastructure);
    for (const suite of suites) {
      const result = join(dataDir, `${suite.name.replaceAll(' ', '-')}.json`);
      const paths = wanted.length === 0 ? [suite.pattern] : wanted.map((path) => `${path}.*${suite.pattern}`);
      const args = [jest, ...suite.args, '--passWithNoTests', '--json', `--outputFile=${result}`, ...paths];
      if (!(await stage(`${suite.name} tests`, 'jest', args, shutdown, env)))
        failures.push(`${suite.name} tests`);
      add(count, countOf(result));
    }
  } finally {
    await infrastructure.then((parts) => parts.stop()).catch(() => undefined);
  }

  if (count.passed + count.failed === 0) failures.push('no test ran');
  say(
    `Took ${((Date.now() - started) / 1000).toFixed(0)} s.${failures.length ? ` Failed: ${failures.join(', ')}.` : ''}`,
  );
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
  return failures.length === 0 && count.failed === 0 ? 0 : 1;
}

/** Runs one stage with its output in view; true where it succeeded. Throws once an end is asked for. */
async function stage(
  name: string,
  how: string,
  args: readonly string[],
  shutdown: Shutdown,
  env: Record<string, string> = {},
): Promise<boolean> {
  const started = Date.now();
  say(`== ${name} (${how})`);
  const child = spawn(pinnedNode, [...args], {
    cwd: root,
    // Jest prints its JSON to standard output as well, where only the last line of all belongs.
    stdio: ['ignore', name.endsWith('tests') ? 'ignore' : 2, 2],
    env: { ...inheritedEnvironment(), ...env },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let code: number | null;
  try {
    code = await Promise.race([ended, shutdown.interrupted]);
  } catch (error) {
    child.kill('SIGTERM');
    await ended;
    throw error;
  }
  say(
    `== ${name}: ${code === 0 ? 'ok' : `failed (exit code ${code ?? 'unknown'})`} after ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return code === 0;
}

function testEnvironment({ broker, database, way }: Infrastructure): Record<string, string> {
  return {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    TEST_KAFKA_BROKERS: broker.brokers,
    TEST_DATABASE_URL: database.url,
    STACK: way,
  };
}

/** Reads what Jest wrote; a file that is not there or not whole means that Jest itself fell over. */
function countOf(path: string): Count {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    return {
      passed: report['numPassedTests'] ?? 0,
      failed: (report['numFailedTests'] ?? 0) + (report['numRuntimeErrorTestSuites'] ?? 0),
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function add(sum: Count, more: Count): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
}
