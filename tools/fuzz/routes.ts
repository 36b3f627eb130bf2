/**
 * `npm run fuzz -- [seconds] [part of a run's name …]`: asks every HTTP route of a throw-away stack for what
 * Schemathesis makes up from its document, as everybody who can ask, for so many seconds together (600). One JSON line
 * a run, a last one for the whole: how many requests, how many answers with 5xx or none at all, and how many kinds of
 * answers that the document forbids. What was found is in `.local/fuzz`.
 *
 * Needs Python 3; Schemathesis comes from PyPI with the first run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contosoPublisher } from '@leads/testing';
import { startRelay } from './relay.ts';
import { type Run, runsOf } from './runs.ts';
import { root } from '../stack/config.ts';
import { keepKeys } from '../stack/facts/keys.ts';
import { onOwnStack } from '../stack/own-stack.ts';
import { inThrowAwayFolder, runCommand } from '../stack/processes/command.ts';
import { during, sayOnStderr as say } from '../stack/processes/narrator.ts';
import { CommandFailed, runToEnd } from '../stack/processes/process.ts';
import type { Shutdown } from '../stack/processes/shutdown.ts';
import type { Stack } from '../stack/stack.ts';

const reports = join(root, '.local', 'fuzz');
const requirements = join(root, 'tools', 'fuzz', 'requirements.txt');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

/** Nobody is to be told to ask less often. */
const UNLIMITED = Object.fromEntries(
  [
    ...['PERSON_REQUESTS_PER_MINUTE', 'SOURCE_REQUESTS_PER_MINUTE', 'PERSON_SESSIONS'],
    ...['PUBLISHER_CONNECTIONS', 'PUBLISHER_SAVES_PER_HOUR', 'PUBLISHER_VALIDATES_PER_HOUR'],
    ...['PUBLISHER_SEARCHES_PER_HOUR', 'PUBLISHER_EXPORTS_PER_HOUR', 'PUBLISHER_REPLAYS_PER_HOUR'],
    'UNKNOWN_ADDRESSES_PER_MINUTE',
  ].map((name) => [name, '1000000']),
);

/** What of Schemathesis's report is read: one entry for each kind of failure, and for each error of its own. */
interface Report {
  failures: unknown[];
  errors: unknown[];
  operations: { total: number; tested: number };
}

const [seconds = '600', ...names] = process.argv.slice(2);

await runCommand((shutdown) => inThrowAwayFolder('leads-fuzz', (dataDir) => fuzz(dataDir, shutdown)));

async function fuzz(dataDir: string, shutdown: Shutdown): Promise<number> {
  const schemathesis = await during(say, 'Installing Schemathesis', installed());
  return onOwnStack('fuzz', { dataDir, shutdown, serviceSettings: UNLIMITED }, (stack) =>
    everyRun(stack, dataDir, schemathesis),
  );
}

async function everyRun(stack: Stack, dataDir: string, schemathesis: string): Promise<number> {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await stack.registerPublisher(contosoPublisher);
  const runs = runsOf(stack, keepKeys(join(dataDir, 'keys'))).filter(
    (run) => names.length === 0 || names.some((part) => run.name.includes(part)),
  );
  const weights = runs.reduce((sum, { weight }) => sum + weight, 0);
  const whole = { requests: 0, serverErrors: 0, violations: 0 };
  for (const run of runs) {
    const atMostSeconds = Math.max(1, Math.round((Number(seconds) * run.weight) / weights));
    const found = await oneRun(run, schemathesis, atMostSeconds);
    print({ run: run.name, ...found });
    for (const key of ['requests', 'serverErrors', 'violations'] as const) whole[key] += found[key];
  }
  const isClean = whole.serverErrors === 0 && whole.violations === 0;
  print({ fuzz: isClean ? 'ok' : 'failed', ...whole, seconds: Number(seconds) });
  return isClean ? 0 : 1;
}

async function oneRun(
  { name, url, prepare }: Run,
  schemathesis: string,
  atMostSeconds: number,
): Promise<{
  requests: number;
  serverErrors: number;
  violations: number;
  operations: string;
  statuses: object;
}> {
  const file = join(reports, name.replaceAll(/\W+/g, '-'));
  const { document, introduce } = await prepare();
  writeFileSync(`${file}.openapi.json`, JSON.stringify(document));
  const relay = await startRelay(url, introduce, `${file}.server-errors.jsonl`);
  try {
    const said = await runToEnd(
      schemathesis,
      [
        ...['--config-file', join(root, 'tools', 'fuzz', 'schemathesis.toml')],
        ...['run', `${file}.openapi.json`, '--url', relay.url, '--checks', CHECKS.join(',')],
        ...['--max-time', String(atMostSeconds), '--continue-on-failure', '--generation-database', 'none'],
        // A preview of a mapping may take as long as who asks says, up to 30 s.
        ...['--request-timeout', '60'],
        ...['--report', 'json', '--report-json-path', `${file}.json`],
      ],
      { cwd: reports },
    ).catch((error: unknown) => {
      // It ends with 1 where it found something; its report says what.
      if (error instanceof CommandFailed && error.code === 1) return error.output;
      throw error;
    });
    writeFileSync(`${file}.txt`, said);
  } finally {
    relay.stop();
  }
  const report = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Report;
  const statuses = [...relay.statuses];
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    requests: sum(statuses.map(([, count]) => count)),
    serverErrors: sum(statuses.map(([status, count]) => (status === 0 || status >= 500 ? count : 0))),
    violations: report.failures.length + report.errors.length,
    operations: `${report.operations.tested} of ${report.operations.total}`,
    statuses: Object.fromEntries(statuses),
  };
}

/** Where Schemathesis is, in the version that is pinned. */
async function installed(): Promise<string> {
  const version = /==(\S+)/.exec(readFileSync(requirements, 'utf8'))?.[1] ?? '';
  const folder = join(root, '.local', `schemathesis-${version}`);
  const program = join(folder, 'bin', 'st');
  if (existsSync(program)) return program;
  await runToEnd('python3', ['-m', 'venv', folder]);
  await runToEnd(join(folder, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements]);
  return program;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
