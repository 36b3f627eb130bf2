/** The whole portal in this process, with a database and topics that no other test has, the emulators and credentials. */
import 'reflect-metadata';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { jest } from '@jest/globals';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { migrate, OutboxRelay } from '@leads/database';
import { type KafkaTransport, provisionTopics } from '@leads/kafka';
import {
  LOG,
  type Logger,
  ProblemFilter,
  readSettings,
  refuseUnstorable,
  SETTINGS,
  TRANSPORTS,
} from '@leads/service';
import {
  Browser,
  directories,
  productClientId,
  type RunningEmulators,
  startEmulators,
  startServiceProcess,
  testDatabase,
  testKafka,
  type TestKafka,
  writeServiceKeys,
} from '@leads/testing';
import { Kysely } from 'kysely';
import { AppModule } from '../app.module.ts';
import { settings } from '../config.ts';
import { startOptions } from '../start-options.ts';
import type { PortalTables } from '../tables.ts';
import { buildConsole } from './console.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

/** A route as Fastify knows it: `GET /api/leads/:leadId`. */
type Route = string;

export interface RunningPortal {
  app: NestFastifyApplication;
  /** Everything that is answered, Nest's or not, without the HEAD of each GET. */
  routes: Route[];
  database: Kysely<PortalTables>;
  databaseUrl: string;
  kafka: TestKafka;
  emulators: RunningEmulators;
  /** Where the service of connections answers. */
  credentialsUrl: string;
  /** Where leads are taken in. */
  gatewayUrl: string;
  /** A new browser, in which nobody has signed in. */
  browser: (headers?: Record<string, string>) => Browser;
  /** A new browser in which somebody has. */
  signedIn: (username: string) => Promise<Browser>;
  close: () => Promise<void>;
}

/** Starts it all, with some of the portal's settings changed. */
export async function startPortal(changed: Record<string, string> = {}): Promise<RunningPortal> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    return { ...(await boot(closers, changed)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(
  closers: (() => Promise<unknown>)[],
  changed: Record<string, string>,
): Promise<Omit<RunningPortal, 'close'>> {
  const folder = await mkdtemp(`${tmpdir()}/portal-`);
  closers.push(() => rm(folder, { recursive: true }));
  const kafka = testKafka();
  await provisionTopics(kafka, { replicationFactor: 1 });
  const migrations = (name: string): URL => new URL(`../../../${name}/migrations/`, import.meta.url);
  const database = await testDatabase(async (url) => {
    const schemas = { portal: 'portal', credentials: 'credentials', gateway: 'ingest-gateway' };
    for (const [schema, app] of Object.entries(schemas))
      await migrate({ url, schema, folder: migrations(app) });
  });
  closers.push(() => database.drop());
  const emulators = await startEmulators();
  closers.push(() => emulators.close());

  const serviceKeys = await writeServiceKeys(folder);
  await writeFile(`${folder}/master.key`, randomBytes(32).toString('base64'));
  const requester = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const keys = [{ ...requester, kid: 'dynamics-writer', alg: 'EdDSA' }];
  await writeFile(`${folder}/requesters.json`, JSON.stringify({ keys }));
  await writeFile(`${folder}/session.key`, randomBytes(48).toString('base64'));
  await buildConsole(`${folder}/console`);
  const shared = {
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    DATABASE_URL: database.url,
    LOG_LEVEL: 'info',
    HTTP_PORT: '0',
    MICROSOFT_RESOLVER: emulators.url,
  };
  const credentials = await startServiceProcess(new URL('../../../credentials/', import.meta.url), {
    ...shared,
    MASTER_KEY_FILE: `${folder}/master.key`,
    REQUESTER_KEYS_FILE: `${folder}/requesters.json`,
    GATEWAY_PUBLIC_URL: 'https://gateway.example',
    // Nobody listens there.
    WRITER_URL: 'http://127.0.0.1:9',
    ...serviceKeys.settingsOf('credentials'),
  });
  closers.push(() => credentials.end());

  const gateway = await startServiceProcess(new URL('../../../ingest-gateway/', import.meta.url), {
    ...shared,
    ...serviceKeys.settingsOf('ingest-gateway'),
  });
  closers.push(() => gateway.end());

  const told = readSettings(
    {
      ...shared,
      LOG_LEVEL: 'fatal',
      PORTAL_PUBLIC_URL: 'http://127.0.0.1:4004',
      SESSION_KEY_FILE: `${folder}/session.key`,
      SIGN_IN_CLIENT_ID: productClientId,
      SIGN_IN_BROWSER_ORIGIN: emulators.url,
      OPERATOR_DIRECTORY_ID: directories.northwind,
      CREDENTIALS_URL: credentials.url,
      GATEWAY_URL: gateway.url,
      ...serviceKeys.settingsOf('portal'),
      CONSOLE_DIR: `${folder}/console`,
      ...changed,
    },
    settings,
    (faults) => {
      throw new Error(faults);
    },
  );
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SETTINGS)
    .useValue(told)
    .compile();
  const adapter = new FastifyAdapter({ forceCloseConnections: 'idle' });
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  closers.push(() => app.close());
  const routes: Route[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    const methods = [method].flat().filter((each) => each !== 'HEAD');
    routes.push(...methods.map((each) => `${each} ${url}`));
  });
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOG)));
  refuseUnstorable(adapter.getInstance());
  await startOptions.prepare(app);
  for (const strategy of app.get<KafkaTransport[]>(TRANSPORTS)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  }
  await app.listen(0, '127.0.0.1');
  app.get(OutboxRelay).start();
  await app.startAllMicroservices();
  const address = await app.getUrl();
  const browser = (headers?: Record<string, string>): Browser => new Browser(address, headers);
  return {
    app,
    routes,
    database: app.get<Kysely<PortalTables>>(Kysely),
    databaseUrl: database.url,
    kafka,
    emulators,
    credentialsUrl: credentials.url,
    gatewayUrl: gateway.url,
    browser,
    signedIn: (username) => Browser.signedIn(address, username),
  };
}
