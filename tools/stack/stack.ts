/** The stack, declared once: broker, database, emulators and services, each a process of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readServiceKeys, readSigningKey } from '@leads/contracts/service-keys';
import type { KafkaSettings } from '@leads/kafka';
import type { Broker } from './infrastructure/broker-settings.ts';
import { stackSettings } from './config.ts';
import type { Ports, StackSettings, Way } from './config.ts';
import type { CredentialsApi } from './facts/connection.ts';
import type { Database } from './infrastructure/database-settings.ts';
import { startEmulators } from './emulators.ts';
import type { Emulators } from './emulators.ts';
import { startInfrastructure } from './infrastructure/infrastructure.ts';
import type { Infrastructure } from './infrastructure/infrastructure.ts';
import { keepKeys } from './facts/keys.ts';
import { keepMailCertificate } from './facts/mail-certificate.ts';
import { kafkaSettingsOf } from './kafka-settings.ts';
import { during } from './processes/narrator.ts';
import type { Say } from './processes/narrator.ts';
import { freePorts } from './infrastructure/ports.ts';
import { describeExit } from './processes/process.ts';
import type { ManagedProcess } from './processes/process.ts';
import { prepareStores, registerPublisher, type RegisteredPublisher } from './prepare-stores.ts';
import { serviceDeclarations } from './services.ts';
import type { ServiceName, SharedSettings, Surroundings } from './services.ts';
import { type Service, startService } from './start-service.ts';
import { Interrupted } from './processes/shutdown.ts';
import type { Shutdown } from './processes/shutdown.ts';

export interface StackOptions {
  /** Keys, logs and the data of what is not in a container. */
  readonly dataDir: string;
  readonly ports: Ports;
  /** Docker volumes that keep the data between runs; absent throws it away. */
  readonly volumes?: { kafka: string; postgres: string };
  /** Broker and database that run already and outlive this stack; absent: it starts its own. */
  readonly infrastructure?: Pick<Infrastructure, 'broker' | 'database' | 'way'>;
  /** Put before every topic and group name. */
  readonly topicPrefix?: string;
  /** See DatabaseOptions. */
  readonly careless?: boolean;
  /** The way that an earlier run with this data took. */
  readonly way?: Way | undefined;
  /** How many writers run; 1 where nothing is said. */
  readonly writers?: number;
  /** The emulators' content survives a restart. */
  readonly keepEmulators?: boolean;
  /** Settings told to every service, over the stack's own. */
  readonly serviceSettings?: Record<string, string>;
  readonly settings?: StackSettings;
  readonly say: Say;
  readonly shutdown?: Shutdown;
}

export interface Stack {
  readonly way: Way;
  readonly broker: Broker;
  readonly database: Database;
  readonly emulators: Emulators;
  /** The first process of each service. */
  readonly services: Readonly<Record<ServiceName, Service>>;
  /** Every process of the writer, the first one included. */
  readonly writers: readonly Service[];
  readonly credentialsApi: CredentialsApi;
  readonly topicPrefix: string;
  /**
   * How a tool or a spec reaches the broker: as who makes the topics, who may everything there. What it publishes on
   * signed topics is signed with the key of that service.
   */
  kafkaAs(service: ServiceName): KafkaSettings;
  /** The folder of the keys that this stack alone has. */
  readonly keyFolder: string;
  /** Lets a directory's people act for a publisher in the console, and its domains' addresses get mails. */
  registerPublisher(publisher: RegisteredPublisher): Promise<void>;
  /** Starts one more process of a service on a free port; settles when it is ready. */
  add(name: ServiceName): Promise<Service>;
  /** Settles with one sentence when a part ended that nobody had asked to. */
  readonly failed: Promise<string>;
  /** Ends every part in good order. */
  stop(): Promise<void>;
}

/** What has been started of one stack so far, and whether it is to end. */
interface Boot {
  readonly options: StackOptions;
  readonly settings: StackSettings;
  readonly logDir: string;
  readonly running: Service[];
  /** In the order in which they are stopped. */
  readonly parts: { stop(): Promise<void> }[];
  readonly failure: PromiseWithResolvers<string>;
  readonly reportEnd: (process: ManagedProcess) => void;
  stopping: boolean;
}

/** Boots the stack and answers when every service is ready; where that fails, ends what had been started. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const boot = newBoot(options);
  const stop = async (): Promise<void> => {
    boot.stopping = true;
    await stopStarted(boot);
    // A boot under way notices within moments that it has lost its parts; it may have started others meanwhile.
    await booting.catch(() => undefined);
    await stopStarted(boot);
  };
  const booting = startParts(boot, stop);
  try {
    return await Promise.race(options.shutdown ? [booting, options.shutdown.interrupted] : [booting]);
  } catch (error) {
    await stop();
    throw error;
  }
}

function newBoot(options: StackOptions): Boot {
  const failure = Promise.withResolvers<string>();
  return {
    options,
    settings: options.settings ?? stackSettings(),
    logDir: join(options.dataDir, 'logs'),
    running: [],
    parts: [],
    failure,
    reportEnd: (process) =>
      failure.resolve(
        `${process.name} ${process.exit ? describeExit(process.exit) : 'ended'}, and nobody had asked it to. What was accepted is kept. Its log is ${process.log} and ends with:\n${process.lastLines()}`,
      ),
    stopping: false,
  };
}

function goOn({ stopping, options }: Boot): void {
  if (stopping) throw new Interrupted(options.shutdown?.reason ?? 'stopped');
}

async function stopStarted({ running, parts }: Boot): Promise<void> {
  await Promise.all(running.map((service) => service.stop()));
  for (const part of parts) await part.stop();
}

/** Infrastructure, then the emulators and what the stores need, then the services. */
async function startParts(boot: Boot, stop: () => Promise<void>): Promise<Stack> {
  const { options, running, failure } = boot;
  const { ports, say, topicPrefix = '' } = options;
  const { broker, database, way } = await findInfrastructure(boot);
  goOn(boot);
  const shared: SharedSettings = {
    kafkaOf: (client) => broker.secured?.environmentOf(client) ?? { KAFKA_BROKERS: broker.brokers },
    topicPrefix,
    databaseOf: (service) => database.secured?.environmentOf(service) ?? { DATABASE_URL: database.url },
    databaseOwner: database.secured?.ownerEnvironment ?? {},
    healthApart: boot.settings.profile === 'production',
    logLevel: boot.settings.logLevel,
  };
  const keyFolder = join(options.dataDir, 'keys');
  const keys = keepKeys(keyFolder);
  const [emulators] = await Promise.all([
    startWorld(boot),
    during(say, 'Migrating the database, provisioning the topics', prepareStores(shared)),
  ]);
  goOn(boot);
  const credentialsUrl = `http://127.0.0.1:${ports.credentials.port}`;
  const around: Surroundings = {
    keys,
    gatewayUrl: `http://127.0.0.1:${ports.gateway.port}`,
    credentialsUrl,
    writerUrl: `http://127.0.0.1:${ports.writer.port}`,
    portalUrl: `http://127.0.0.1:${ports.portal.port}`,
    emulatorsUrl: emulators.url,
    smtpUrl: emulators.smtpUrl,
    smtpCaFile: emulators.smtpCaFile,
  };
  const firsts = await startFirsts(boot, shared, around);
  const add = (name: ServiceName): Promise<Service> => addOne(boot, shared, around, name);
  for (let writers = 1; writers < (options.writers ?? 1); writers += 1) await add('dynamics-writer');
  goOn(boot);
  return {
    way,
    broker,
    database,
    emulators,
    topicPrefix,
    kafkaAs: (service) => ({
      ...kafkaSettingsOf(
        { ...shared.kafkaOf('provision-topics'), KAFKA_TOPIC_PREFIX: topicPrefix },
        'provision-topics',
      ),
      signing: {
        key: readSigningKey(readFileSync(keys.signingKeyFiles[service], 'utf8')),
        known: readServiceKeys(readFileSync(keys.serviceKeysFile, 'utf8')),
      },
    }),
    keyFolder,
    services: Object.fromEntries(firsts.map((service) => [service.name, service])) as Stack['services'],
    get writers() {
      return running.filter((service) => service.name === 'dynamics-writer');
    },
    credentialsApi: { url: credentialsUrl, apiKey: keys.credentialsApiKey },
    registerPublisher: (publisher) => registerPublisher(shared, database.url, publisher),
    add,
    failed: failure.promise,
    stop,
  };
}

/** Broker and database: those that run already, or ones of the stack's own, which end with it. */
async function findInfrastructure(boot: Boot): Promise<Pick<Infrastructure, 'broker' | 'database' | 'way'>> {
  const { options, parts, settings, reportEnd } = boot;
  if (options.infrastructure) return options.infrastructure;
  const { dataDir, ports, volumes, careless = false, way, say, shutdown } = options;
  const started = await startInfrastructure({
    dataDir,
    ports: {
      kafka: ports.kafka.port,
      kafkaController: ports.kafkaController.port,
      postgres: ports.postgres.port,
    },
    careless,
    way,
    settings,
    say,
    ...(volumes ? { volumes } : {}),
    ...(shutdown ? { shutdown } : {}),
  });
  const { broker, database } = started;
  parts.push(broker, database);
  for (const part of [broker, database]) part.process?.onUnexpectedEnd(reportEnd);
  return started;
}

async function startWorld({ options, settings, parts, logDir, reportEnd }: Boot): Promise<Emulators> {
  const { ports, dataDir, keepEmulators } = options;
  const emulators = await startEmulators({
    httpPort: ports.emulatorsHttp.port,
    smtpPort: ports.emulatorsSmtp.port,
    dataDir: keepEmulators ? join(dataDir, 'emulators') : undefined,
    mailCertificate:
      settings.profile === 'production' ? await keepMailCertificate(join(dataDir, 'keys')) : undefined,
    log: join(logDir, 'emulators.log'),
    onUnexpectedEnd: reportEnd,
  });
  parts.unshift(emulators);
  return emulators;
}

/** One process of each service, all ready. */
async function startFirsts(boot: Boot, shared: SharedSettings, around: Surroundings): Promise<Service[]> {
  const { ports, say } = boot.options;
  const firsts = await Promise.all(
    serviceDeclarations.map(({ name, port }) => startOne(boot, shared, around, name, name, ports[port].port)),
  );
  await during(say, 'Starting the services', Promise.all(firsts.map((service) => service.untilReady())));
  return firsts;
}

/** One more process of a service, ready, on a free port. */
async function addOne(
  boot: Boot,
  shared: SharedSettings,
  around: Surroundings,
  name: ServiceName,
): Promise<Service> {
  const number = boot.running.filter((service) => service.name === name).length + 1;
  const [port = 0] = await freePorts(1);
  const service = await startOne(boot, shared, around, name, `${name}-${number}`, port);
  await service.untilReady();
  return service;
}

async function startOne(
  boot: Boot,
  shared: SharedSettings,
  around: Surroundings,
  name: ServiceName,
  instance: string,
  port: number,
): Promise<Service> {
  goOn(boot);
  const service = await startService({
    name,
    instance,
    port,
    shared,
    around,
    overrides: boot.options.serviceSettings ?? {},
    logDir: boot.logDir,
    onUnexpectedEnd: boot.reportEnd,
  });
  boot.running.push(service);
  return service;
}
