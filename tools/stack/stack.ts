/** The stack, declared once: broker, database, emulators and services, each a process of its own. */
import { join } from 'node:path';
import type { Broker } from './broker.ts';
import { stackSettings } from './config.ts';
import type { Ports, StackSettings, Way } from './config.ts';
import type { CredentialsApi } from './connection.ts';
import type { Database } from './database.ts';
import { startEmulators } from './emulators.ts';
import type { Emulators } from './emulators.ts';
import { startInfrastructure } from './infrastructure.ts';
import type { Infrastructure } from './infrastructure.ts';
import { keepKeys } from './keys.ts';
import { during } from './narrator.ts';
import type { Say } from './narrator.ts';
import { freePorts } from './ports.ts';
import { describeExit } from './process.ts';
import type { ManagedProcess } from './process.ts';
import { prepareStores, registerPublisher, serviceDeclarations, startService } from './services.ts';
import type { RegisteredPublisher, Service, ServiceName } from './services.ts';
import { Interrupted } from './shutdown.ts';
import type { Shutdown } from './shutdown.ts';

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
  /** Lets a directory's people act for a publisher in the console. */
  registerPublisher(publisher: RegisteredPublisher): Promise<void>;
  /** Starts one more process of a service on a free port; settles when it is ready. */
  add(name: ServiceName): Promise<Service>;
  /** Settles with one sentence when a part ended that nobody had asked to. */
  readonly failed: Promise<string>;
  /** Ends every part in good order. */
  stop(): Promise<void>;
}

/** Boots the stack and answers when every service is ready; where that fails, ends what had been started. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, ports, say, shutdown, topicPrefix = '' } = options;
  const settings = options.settings ?? stackSettings();
  const logDir = join(dataDir, 'logs');
  const failure = Promise.withResolvers<string>();
  const running: Service[] = [];
  const parts: { stop(): Promise<void> }[] = [];
  let stopping = false;

  const goOn = (): void => {
    if (stopping) throw new Interrupted(shutdown?.reason ?? 'stopped');
  };
  const reportEnd = (process: ManagedProcess): void => {
    failure.resolve(
      `${process.name} ${process.exit ? describeExit(process.exit) : 'ended'}, and nobody had asked it to. What was accepted is kept. Its log is ${process.log} and ends with:\n${process.lastLines()}`,
    );
  };

  const boot = async (): Promise<Stack> => {
    const infrastructure =
      options.infrastructure ??
      (await startInfrastructure({
        dataDir,
        ports: {
          kafka: ports.kafka.port,
          kafkaController: ports.kafkaController.port,
          postgres: ports.postgres.port,
        },
        careless: options.careless ?? false,
        way: options.way,
        settings,
        say,
        ...(options.volumes ? { volumes: options.volumes } : {}),
        ...(shutdown ? { shutdown } : {}),
      }));
    const { broker, database, way } = infrastructure;
    if (!options.infrastructure) {
      parts.push(broker, database);
      for (const part of [broker, database]) part.process?.onUnexpectedEnd(reportEnd);
    }
    goOn();

    const shared = {
      kafkaBrokers: broker.brokers,
      topicPrefix,
      databaseUrl: database.url,
      logLevel: settings.logLevel,
    };
    const keys = keepKeys(join(dataDir, 'keys'));
    const startingEmulators = startEmulators({
      httpPort: ports.emulatorsHttp.port,
      smtpPort: ports.emulatorsSmtp.port,
      dataDir: options.keepEmulators ? join(dataDir, 'emulators') : undefined,
      log: join(logDir, 'emulators.log'),
      onUnexpectedEnd: reportEnd,
    }).then((started) => {
      parts.unshift(started);
      return started;
    });
    const [emulators] = await Promise.all([
      startingEmulators,
      during(say, 'Migrating the database, provisioning the topics', prepareStores(shared)),
    ]);
    goOn();

    const around = {
      keys,
      gatewayUrl: `http://127.0.0.1:${ports.gateway.port}`,
      credentialsUrl: `http://127.0.0.1:${ports.credentials.port}`,
      portalUrl: `http://127.0.0.1:${ports.portal.port}`,
      emulatorsUrl: emulators.url,
      smtpUrl: emulators.smtpUrl,
    };
    const start = async (name: ServiceName, instance: string, port: number): Promise<Service> => {
      goOn();
      const service = await startService({
        name,
        instance,
        port,
        shared,
        around,
        overrides: options.serviceSettings ?? {},
        logDir,
        onUnexpectedEnd: reportEnd,
      });
      running.push(service);
      return service;
    };
    const add = async (name: ServiceName): Promise<Service> => {
      const number = running.filter((service) => service.name === name).length + 1;
      const [port = 0] = await freePorts(1);
      const service = await start(name, `${name}-${number}`, port);
      await service.untilReady();
      return service;
    };

    const firsts = await Promise.all(
      serviceDeclarations.map(({ name, port }) => start(name, name, ports[port].port)),
    );
    await during(say, 'Starting the services', Promise.all(firsts.map((service) => service.untilReady())));
    for (let writers = 1; writers < (options.writers ?? 1); writers += 1) await add('dynamics-writer');
    goOn();

    return {
      way,
      broker,
      database,
      emulators,
      topicPrefix,
      services: Object.fromEntries(firsts.map((service) => [service.name, service])) as Stack['services'],
      get writers() {
        return running.filter((service) => service.name === 'dynamics-writer');
      },
      credentialsApi: {
        url: `http://127.0.0.1:${ports.credentials.port}`,
        apiKey: keys.credentialsApiKey,
      },
      registerPublisher: (publisher) => registerPublisher(shared, publisher),
      add,
      failed: failure.promise,
      stop,
    };
  };

  const booting = boot();
  const stopParts = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
    for (const part of parts) await part.stop();
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    await stopParts();
    // A boot under way notices within moments that it has lost its parts; it may have started others meanwhile.
    await booting.catch(() => undefined);
    await stopParts();
  };

  try {
    return await Promise.race(shutdown ? [booting, shutdown.interrupted] : [booting]);
  } catch (error) {
    await stop();
    throw error;
  }
}
