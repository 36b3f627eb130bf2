/** What stands in the stores before a service starts: schemas, topics, and who is a publisher. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { root } from './config.ts';
import { Unready } from './failure.ts';
import { until } from './processes/narrator.ts';
import { CommandFailed, pinnedNode, runToEnd } from './processes/process.ts';
import {
  environmentOf,
  forEverybody,
  kafkaVariables,
  serviceDeclarations,
  type SharedSettings,
} from './services.ts';

/** Runs every service's migrations and provisions the topics; none depends on another. */
export async function prepareStores(shared: SharedSettings): Promise<void> {
  const commands = [
    ...serviceDeclarations
      .map(({ name }) => ({
        what: `The migrations of ${name}`,
        file: built('apps', name, 'dist', 'migrate.js'),
        args: [],
        env: { ...forEverybody(shared), ...shared.databaseOf(name), ...shared.databaseOwner },
      }))
      .filter(({ file }) => existsSync(file)),
    {
      what: 'Provisioning the topics',
      file: built('libs', 'kafka', 'dist', 'provision-topics.command.js'),
      args: ['--allow-single-copy'],
      env: {
        ...forEverybody(shared),
        ...kafkaVariables(shared, 'provision-topics'),
        KAFKA_REPLICATION_FACTOR: '1',
      },
    },
  ];
  await Promise.all(
    commands.map(async ({ what, file, args, env }) => {
      try {
        await runToEnd(pinnedNode, [file, ...args], { env });
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        throw new Unready(`${what} failed (exit code ${error.code ?? 'unknown'}):\n${error.output}`);
      }
    }),
  );
}

/**
 * Makes the topics at a broker, and its access rules where it knows names; what the command said.
 * @param environment how it reaches the broker, see {@link SharedSettings.kafkaOf}
 */
export function provision(environment: Record<string, string>): Promise<string> {
  const command = built('libs', 'kafka', 'dist', 'provision-topics.command.js');
  const env = { NODE_ENV: 'development', KAFKA_REPLICATION_FACTOR: '1', ...environment };
  return runToEnd(pinnedNode, [command, '--allow-single-copy'], { env });
}

/** Who may sign in to the console for a publisher: everybody of this directory who has a role there. */
export interface RegisteredPublisher {
  readonly id: string;
  readonly name: string;
  readonly directoryId: string;
  /** The domains of its mail addresses. */
  readonly domains: readonly string[];
}

/**
 * Registers a publisher with the portal's own command; again with the same facts changes nothing. Settles once
 * notification knows its domains: a lead that comes before that would have several mails, each after the other.
 * @param databaseUrl where every schema can be read
 */
export async function registerPublisher(
  shared: SharedSettings,
  databaseUrl: string,
  { id, name, directoryId, domains }: RegisteredPublisher,
): Promise<void> {
  const command = built('apps', 'portal', 'dist', 'register-publisher.command.js');
  try {
    await runToEnd(pinnedNode, [command, id, name, directoryId, ...domains], {
      env: environmentOf(shared, 'portal'),
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Unready(`The publisher ${name} could not be registered with the portal:\n${error.output}`);
  }
  const known = await until(() => knowsDomains(databaseUrl, id, domains), { timeoutMs: 30_000 });
  if (!known) {
    throw new Unready(
      `Notification did not hear of the domains of ${name} within 30 s; its log and that of the portal say why.`,
    );
  }
}

async function knowsDomains(url: string, id: string, domains: readonly string[]): Promise<true | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const told = 'select from notification.publishers where publisher_id = $1 and domains @> $2::text[]';
    const { rows } = await client.query(told, [id, domains]);
    return rows.length > 0 || undefined;
  } finally {
    await client.end();
  }
}

function built(...path: string[]): string {
  return join(root, ...path);
}
