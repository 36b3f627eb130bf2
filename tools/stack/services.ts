/** The services: which there are, and what each is told beyond what all are told. One list for every run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { directories, productClientId } from '@leads/testing';
import { root } from './config.ts';
import type { Ports } from './config.ts';
import { Unready } from './failure.ts';
import { freePorts } from './infrastructure/ports.ts';
import type { KafkaClient } from './infrastructure/secured-broker.ts';
import type { Keys } from './facts/keys.ts';
import { until } from './processes/narrator.ts';
import { describeExit, pinnedNode, runToEnd, startProgram, CommandFailed } from './processes/process.ts';
import type { Exit, ManagedProcess } from './processes/process.ts';

/** What a service's own settings are made from. */
export interface Surroundings {
  readonly keys: Keys;
  readonly gatewayUrl: string;
  readonly credentialsUrl: string;
  readonly writerUrl: string;
  readonly portalUrl: string;
  readonly emulatorsUrl: string;
  readonly smtpUrl: string;
  /** Who signed the mail server's certificate; undefined where it is plain. */
  readonly smtpCaFile?: string | undefined;
}

interface ServiceDeclaration<Name extends string = string> {
  readonly name: Name;
  readonly port: keyof Ports;
  /** Settings of this service alone. */
  readonly settings: (around: Surroundings) => Record<string, string>;
}

const signingOf = (keys: Keys, name: keyof Keys['signingKeyFiles']): Record<string, string> => ({
  SERVICE_KEYS_FILE: keys.serviceKeysFile,
  SERVICE_SIGNING_KEY_FILE: keys.signingKeyFiles[name],
});

const declared = [
  {
    name: 'ingest-gateway',
    port: 'gateway',
    settings: ({ keys }) => signingOf(keys, 'ingest-gateway'),
  },
  {
    name: 'credentials',
    port: 'credentials',
    settings: ({ keys, gatewayUrl, writerUrl, emulatorsUrl }) => ({
      MASTER_KEY_FILE: keys.masterKeyFile,
      REQUESTER_KEYS_FILE: keys.requesterKeysFile,
      ...signingOf(keys, 'credentials'),
      CREDENTIALS_API_KEY_FILE: keys.credentialsApiKeyFile,
      GATEWAY_PUBLIC_URL: gatewayUrl,
      WRITER_URL: writerUrl,
      MICROSOFT_RESOLVER: emulatorsUrl,
      // The emulated directory's registration for user names and passwords.
      OFFICE365_CLIENT_ID: productClientId,
    }),
  },
  {
    name: 'dynamics-writer',
    port: 'writer',
    settings: ({ keys, emulatorsUrl }) => ({
      REQUESTER_SIGNING_KEY_FILE: keys.signingKeyFiles['dynamics-writer'],
      ...signingOf(keys, 'dynamics-writer'),
      MICROSOFT_RESOLVER: emulatorsUrl,
    }),
  },
  {
    name: 'notification',
    port: 'notification',
    settings: ({ keys, smtpUrl, smtpCaFile, portalUrl, emulatorsUrl }) => ({
      ...signingOf(keys, 'notification'),
      SMTP_URL: smtpUrl,
      ...(smtpCaFile !== undefined && { SMTP_PLAINTEXT_ALLOWED: 'false', NODE_EXTRA_CA_CERTS: smtpCaFile }),
      PORTAL_PUBLIC_URL: portalUrl,
      MAIL_FROM: 'Marketplace leads <leads@localhost.example>',
      DYNAMICS_LINK_BASE: `${emulatorsUrl}/org`,
    }),
  },
  {
    name: 'portal',
    port: 'portal',
    settings: ({ keys, portalUrl, credentialsUrl, emulatorsUrl }) => ({
      PORTAL_PUBLIC_URL: portalUrl,
      SESSION_KEY_FILE: keys.sessionKeyFile,
      CREDENTIALS_URL: credentialsUrl,
      ...signingOf(keys, 'portal'),
      // The emulated directory's registration of this product, and where its people sign in.
      SIGN_IN_CLIENT_ID: productClientId,
      SIGN_IN_BROWSER_ORIGIN: emulatorsUrl,
      OPERATOR_DIRECTORY_ID: directories.northwind,
      MICROSOFT_RESOLVER: emulatorsUrl,
      DYNAMICS_LINK_BASE: `${emulatorsUrl}/org`,
    }),
  },
] as const satisfies readonly ServiceDeclaration[];

export type ServiceName = (typeof declared)[number]['name'];
export const serviceDeclarations: readonly ServiceDeclaration<ServiceName>[] = declared;

/** What all services of one stack are told. */
export interface SharedSettings {
  /** The variables that a client reaches the broker with. */
  readonly kafkaOf: (client: KafkaClient) => Record<string, string>;
  readonly topicPrefix: string;
  /** The variables that a service reaches the database with. */
  readonly databaseOf: (service: ServiceName) => Record<string, string>;
  /** What migrations are told besides: who owns the schemas, where that is not the services' own user. */
  readonly databaseOwner: Record<string, string>;
  /** Whether health and metrics have a port of their own. */
  readonly healthApart: boolean;
  readonly logLevel: string;
}

/** One process of a service, that can be killed and started again at the same address. */
export interface Service {
  readonly name: ServiceName;
  /** The service's name, and a number from the second process on. */
  readonly instance: string;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Where its health and metrics are: the same, unless they have a port of their own. */
  readonly healthUrl: string;
  readonly log: string;
  readonly pid: number;
  /** Undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Sends a signal (SIGKILL too) and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Starts it, after ending it in good order where it still runs; settles when it is ready. */
  restart(): Promise<void>;
  /** Settles when GET /health/ready answers 200 and names nothing as degraded. */
  untilReady(timeoutMs?: number): Promise<void>;
}

const readyTimeoutMs = 60_000;

/** Runs every service's migrations and provisions the topics; none depends on another. */
export async function prepareStores(shared: SharedSettings): Promise<void> {
  const commands = [
    ...declared
      .map(({ name }) => ({
        what: `The migrations of ${name}`,
        file: built('apps', name, 'dist', 'migrate.js'),
        args: [],
        env: { ...common(shared), ...shared.databaseOf(name), ...shared.databaseOwner },
      }))
      .filter(({ file }) => existsSync(file)),
    {
      what: 'Provisioning the topics',
      file: built('libs', 'kafka', 'dist', 'provision-topics.command.js'),
      args: ['--allow-single-copy'],
      env: { ...common(shared), ...kafka(shared, 'provision-topics'), KAFKA_REPLICATION_FACTOR: '1' },
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
}

/** Registers a publisher with the portal's own command; again with the same facts changes nothing. */
export async function registerPublisher(
  shared: SharedSettings,
  { id, name, directoryId }: RegisteredPublisher,
): Promise<void> {
  const command = built('apps', 'portal', 'dist', 'register-publisher.command.js');
  try {
    await runToEnd(pinnedNode, [command, id, name, directoryId], {
      env: environmentOf(shared, 'portal'),
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Unready(`The publisher ${name} could not be registered with the portal:\n${error.output}`);
  }
}

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly instance: string;
  readonly port: number;
  readonly shared: SharedSettings;
  readonly around: Surroundings;
  /** Settings that this run changes, for every service alike. */
  readonly overrides: Record<string, string>;
  readonly logDir: string;
  /** Called when it ended and nobody had asked it to. */
  readonly onUnexpectedEnd: (process: ManagedProcess) => void;
}

/** Starts one process of a service; does not wait until it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, instance, port, shared, around } = options;
  const declaration = serviceDeclarations.find((candidate) => candidate.name === name);
  if (!declaration) throw new Error(`There is no service ${name}.`);
  const url = `http://127.0.0.1:${port}`;
  const healthPort = shared.healthApart ? (await freePorts(1))[0] : undefined;
  const healthUrl = `http://127.0.0.1:${healthPort ?? port}`;
  const start = async (): Promise<ManagedProcess> => {
    const started = await startProgram({
      name: instance,
      file: pinnedNode,
      args: ['--enable-source-maps', built('apps', name, 'dist', 'main.js')],
      env: {
        ...environmentOf(shared, name),
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(port),
        ...(healthPort !== undefined && { HEALTH_PORT: String(healthPort) }),
        INSTANCE_ID: instance,
        ...declaration.settings(around),
        ...options.overrides,
      },
      log: join(options.logDir, `${instance}.log`),
    });
    started.onUnexpectedEnd(options.onUnexpectedEnd);
    return started;
  };
  let current = await start();

  const service: Service = {
    name,
    instance,
    url,
    healthUrl,
    log: current.log,
    get pid() {
      return current.pid;
    },
    get exit() {
      return current.exit;
    },
    kill: (signal) => current.kill(signal),
    async stop() {
      if (!current.exit) await current.stop();
    },
    async restart() {
      await this.stop();
      current = await start();
      await this.untilReady();
    },
    untilReady: (timeoutMs = readyTimeoutMs) => untilReady(current, healthUrl, timeoutMs),
  };
  return service;
}

async function untilReady(service: ManagedProcess, url: string, timeoutMs: number): Promise<void> {
  let reasons = '';
  const ready = await until(
    async () => {
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      reasons = await answer.text();
      return (answer.ok && !reasons.includes('degraded')) || undefined;
    },
    { timeoutMs, everyMs: 50, giveUp: () => service.exit !== undefined },
  );
  if (ready) return;
  const how = service.exit
    ? describeExit(service.exit)
    : `was not ready after ${timeoutMs / 1000} s${reasons ? ` (${reasons})` : ''}`;
  throw new Unready(
    `The service ${service.name} ${how}. Its log is ${service.log} and ends with:\n${service.lastLines()}`,
  );
}

/** What a service is told of broker and database, and what everybody is told. */
function environmentOf(shared: SharedSettings, service: ServiceName): Record<string, string> {
  return { ...common(shared), ...kafka(shared, service), ...shared.databaseOf(service) };
}

function kafka({ kafkaOf, topicPrefix }: SharedSettings, client: KafkaClient): Record<string, string> {
  return { ...kafkaOf(client), KAFKA_TOPIC_PREFIX: topicPrefix };
}

function common({ logLevel }: SharedSettings): Record<string, string> {
  // Emulators stand in for Microsoft under every profile, which production refuses.
  return { NODE_ENV: 'development', LOG_LEVEL: logLevel };
}

function built(...path: string[]): string {
  return join(root, ...path);
}
