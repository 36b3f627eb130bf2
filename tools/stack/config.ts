/** Every setting of the stack: the fixed addresses of `npm start`, and what an environment or `.env` may say instead. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Unready } from './failure.ts';

/** The checkout's top folder. */
export const root = join(import.meta.dirname, '..', '..');

const dotEnv = join(root, '.env');
if (existsSync(dotEnv)) process.loadEnvFile(dotEnv);

/** Where one listening socket of the stack is, who has it, and which variable moves it. */
export interface Port {
  readonly variable: string;
  readonly purpose: string;
  readonly port: number;
}

function port(variable: string, purpose: string, usual: number): Port {
  const given = process.env[variable];
  if (given === undefined || given === '') return { variable, purpose, port: usual };
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new Unready(`${variable} is "${given}"; it must be a port number between 1 and 65535.`);
  }
  return { variable, purpose, port: number };
}

/** Each listening socket of `npm start`: the variable that moves it, who has it, and its usual number. */
const usualPorts = {
  gateway: ['GATEWAY_PORT', 'the ingest gateway', 4000],
  credentials: ['CREDENTIALS_PORT', 'the credentials service', 4001],
  writer: ['WRITER_PORT', 'the Dynamics writer', 4002],
  notification: ['NOTIFICATION_PORT', 'the notification service', 4003],
  portal: ['PORTAL_PORT', 'the portal', 4004],
  emulatorsHttp: ['EMULATORS_HTTP_PORT', 'the emulators and the inbox page', 4010],
  emulatorsSmtp: ['EMULATORS_SMTP_PORT', "the emulators' mail server", 4025],
  postgres: ['POSTGRES_PORT', 'PostgreSQL', 4032],
  kafka: ['KAFKA_PORT', 'Kafka', 4092],
  kafkaController: ['KAFKA_CONTROLLER_PORT', "Kafka's controller", 4093],
} as const;

export type Ports = Record<keyof typeof usualPorts, Port>;

/** The fixed ports of `npm start`. */
export function fixedPorts(): Ports {
  const named = Object.entries(usualPorts).map(([name, [variable, purpose, usual]]) => [
    name,
    port(variable, purpose, usual),
  ]);
  return Object.fromEntries(named) as Ports;
}

/** Which way Kafka and PostgreSQL are found: Docker where an engine answers, else local; or one way forced. */
export type Way = 'docker' | 'local';

/**
 * How the parts talk to each other: `plain`, in clear and without names, as nobody else reaches this machine; or as in
 * `production`, where each border asks who comes.
 */
export type Profile = 'plain' | 'production';

/** What the environment says about the parts that may already exist. */
export interface StackSettings {
  /** `STACK_PROFILE` */
  readonly profile: Profile;
  /** `STACK`: forces one way. */
  readonly way: Way | undefined;
  /** `KAFKA_BROKERS`: a broker that already runs, host:port[,host:port]. */
  readonly kafkaBrokers: string | undefined;
  /** `DATABASE_URL`: a PostgreSQL database that already exists. */
  readonly databaseUrl: string | undefined;
  /** `LOG_LEVEL` of the services. */
  readonly logLevel: string;
}

export function stackSettings(): StackSettings {
  const way = process.env['STACK'] ?? '';
  if (way !== '' && way !== 'docker' && way !== 'local') {
    throw new Unready(`STACK is "${way}"; it may be "docker", "local", or absent.`);
  }
  const profile = process.env['STACK_PROFILE'] || 'plain';
  if (profile !== 'plain' && profile !== 'production') {
    throw new Unready(`STACK_PROFILE is "${profile}"; it may be "plain", "production", or absent.`);
  }
  return {
    way: way === '' ? undefined : way,
    profile,
    kafkaBrokers: process.env['KAFKA_BROKERS'] || undefined,
    databaseUrl: process.env['DATABASE_URL'] || undefined,
    logLevel: process.env['LOG_LEVEL'] || 'info',
  };
}

/** Broker and database that `npm test` booted once for all specs. */
export function testInfrastructure(): { brokers: string | undefined; databaseUrl: string | undefined } {
  return {
    brokers: process.env['TEST_KAFKA_BROKERS'] || undefined,
    databaseUrl: process.env['TEST_DATABASE_URL'] || undefined,
  };
}

/** The profile of end-to-end specs' stacks: the production one, unless `STACK_PROFILE` says otherwise. */
export function testProfile(): Profile {
  return process.env['STACK_PROFILE'] ? stackSettings().profile : 'production';
}

/** What `shareSecured` told the processes that run end-to-end specs; see there. */
export function sharedFacts(): string | undefined {
  return process.env[SHARED] || undefined;
}

/** Tells the processes that this one starts. */
export function tellSharedFacts(facts: string): void {
  process.env[SHARED] = facts;
}

const SHARED = 'TEST_SECURED';

/** `JAVA_HOME`, where it is set. */
export function javaHome(): string | undefined {
  return process.env['JAVA_HOME'] || undefined;
}

/** What every child process inherits: the machine's own variables, none of this project's settings. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  delete inherited['READY_PID'];
  delete inherited['NODE_OPTIONS'];
  return inherited;
}

/** This command's own environment, for a program that it runs on somebody's behalf. */
export function givenEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** The pid of the `ready.mjs` that started this command, where one did. */
export function launcherPid(): number | undefined {
  const pid = Number(process.env['READY_PID']);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}
