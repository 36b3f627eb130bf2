/** PostgreSQL for the stack: one that already runs, one in a container, or one from its npm binaries. */
import pg from 'pg';
import { startEmbeddedPostgres } from './database-from-npm.ts';
import { databaseName, databaseUrl, databaseUser, serverSettings } from './database-settings.ts';
import type { Database, DatabaseOptions } from './database-settings.ts';
import { postgresImage, loopbackContainer } from './docker.ts';
import { Unready } from '../failure.ts';
import { during, until } from '../processes/narrator.ts';
import type { DatabaseFacts, SecuredDatabase } from './secured-database.ts';

/** Starts, or finds, the database, and answers when it takes connections. */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const { settings, profile, way, say } = options;
  if (settings.databaseUrl !== undefined) {
    if (profile === 'plain') return useRunningDatabase(settings.databaseUrl);
    throw new Unready(
      'STACK_PROFILE=production starts a database of its own, with a certificate and roles made for it: leave DATABASE_URL out. Nothing was started.',
    );
  }
  const inContainer = way === 'docker' && profile === 'plain';
  const starting = inContainer ? startDatabaseInContainer(options) : startEmbeddedPostgres(options);
  return during(say, `Starting PostgreSQL (${inContainer ? 'container' : 'from npm'})`, starting);
}

async function useRunningDatabase(url: string): Promise<Database> {
  try {
    await query(url, 'select 1');
  } catch (error) {
    throw new Unready(
      `DATABASE_URL names a database that does not answer (${error instanceof Error ? error.message : String(error)}). Start it, or leave DATABASE_URL out to have one started for you.`,
    );
  }
  return { url, origin: 'DATABASE_URL', process: undefined, stop: () => Promise.resolve() };
}

async function startDatabaseInContainer({ port, volume, careless }: DatabaseOptions): Promise<Database> {
  const { Wait } = await import('testcontainers');
  const container = (await loopbackContainer(postgresImage, { container: 5432, host: port }))
    .withEnvironment({
      POSTGRES_USER: databaseUser.name,
      POSTGRES_PASSWORD: databaseUser.password,
      POSTGRES_DB: databaseName,
    })
    .withCommand(['postgres', ...serverSettings(careless)])
    // Not for its port: on a host that is a container itself that would be looked for elsewhere than it is bound.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/))
    .withStartupTimeout(90_000);
  // Since 18 the image keeps its data in a folder of its version below this one.
  if (volume !== undefined) container.withBindMounts([{ source: volume, target: '/var/lib/postgresql' }]);
  const started = await container.start().catch((error: unknown) => {
    throw new Unready(
      `PostgreSQL did not come up in its container (${postgresImage}): ${error instanceof Error ? error.message : String(error)}. Nothing is lost; STACK=local runs it without Docker.`,
    );
  });
  const url = databaseUrl(port);
  // On its first start the image's server is ready once for its own set-up alone, and again for everybody.
  const answers = await until(async () => (await query(url, 'select 1'), true), { timeoutMs: 60_000 });
  if (answers === undefined) {
    await started.stop();
    throw new Unready(
      `PostgreSQL in its container (${postgresImage}) has started and does not answer at 127.0.0.1:${port}. Nothing is lost; STACK=local runs it without Docker.`,
    );
  }
  return {
    url,
    origin: `container ${postgresImage}`,
    process: undefined,
    async stop() {
      await started.stop({ timeout: 10_000, removeVolumes: volume === undefined });
    },
  };
}

/** Makes a database beside the given one, on the same server; answers its address and how to drop it. */
export async function createDatabaseBeside(
  url: string,
  name: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  await query(url, `create database ${pg.escapeIdentifier(name)}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async drop() {
      await query(url, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    },
  };
}

/** Makes a database on a secured server, with an owner and roles of its own that go with it. */
export async function createSecuredDatabase(
  facts: DatabaseFacts,
  name: string,
): Promise<{ url: string; secured: SecuredDatabase; drop: () => Promise<void> }> {
  const { OWNER, securedDatabase, superuserUrl } = await import('./secured-database.ts');
  const secured = securedDatabase(facts, name, `${name}-`);
  const server = superuserUrl(facts, databaseName);
  await query(server, `create database ${pg.escapeIdentifier(name)} owner ${pg.escapeIdentifier(OWNER)}`);
  return {
    url: superuserUrl(facts, name),
    secured,
    async drop() {
      await query(server, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
      const roles = secured.roles.map((role) => pg.escapeIdentifier(role)).join();
      await query(server, `drop role if exists ${roles}`);
    },
  };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
