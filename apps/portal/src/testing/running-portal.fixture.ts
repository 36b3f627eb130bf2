/** The whole portal in this process, with a database and topics that no other test has, the emulators and credentials. */
import 'reflect-metadata';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
import { migrate } from '@leads/database';
import { provisionTopics } from '@leads/kafka';
import { DATABASE, startService } from '@leads/service';
import { startServiceProcess, testDatabase, testKafka } from '@leads/testing';
import type { Kysely } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { Browser } from './browser.fixture.ts';
import { buildConsole } from './console.fixture.ts';
import { setEnvironment } from './config.ts';
import { type RunningEmulators, startEmulators } from './emulators.fixture.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

export const PUBLIC_URL = 'http://127.0.0.1:4004';
export const CLIENT_ID = '5f3c9c1e-7b0a-4d53-9c39-3f2b6f0e8a11';

/** People of the emulated directories. */
export const PEOPLE = {
  owner: 'alex@contoso.onmicrosoft.com',
  reader: 'robin@contoso.onmicrosoft.com',
  stranger: 'dana@contoso.onmicrosoft.com',
  foreignOwner: 'kim@fabrikam.onmicrosoft.com',
  operator: 'sam@northwind.onmicrosoft.com',
} as const;
export const DIRECTORIES = {
  contoso: '12345678-8af1-4a5f-8234-12234d01db47',
  fabrikam: 'a7c1f2d4-3e5b-4c6d-8f90-1b2c3d4e5f60',
  northwind: '9b1d2c3e-4f50-4a61-8b72-0c9d8e7f6a50',
} as const;

/** A route as Fastify knows it: `GET /api/leads/:leadId`. */
export type Route = string;

export interface RunningPortal {
  app: NestFastifyApplication;
  /** Everything that is answered, Nest's or not, without the HEAD of each GET. */
  routes: Route[];
  database: Kysely<PortalTables>;
  databaseUrl: string;
  emulators: RunningEmulators;
  /** Where the service of connections answers. */
  credentialsUrl: string;
  /** A new browser, in which nobody has signed in. */
  browser: (headers?: Record<string, string>) => Browser;
  /** A new browser in which somebody has. */
  signedIn: (username: string) => Promise<Browser>;
  close: () => Promise<void>;
}

/** Starts it all; what the portal is told can be added to or changed. */
export async function startPortal(settings: Record<string, string> = {}): Promise<RunningPortal> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    return { ...(await boot(settings, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(
  settings: Record<string, string>,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<RunningPortal, 'close'>> {
  const folder = await mkdtemp(`${tmpdir()}/portal-`);
  closers.push(() => rm(folder, { recursive: true }));
  const kafka = testKafka();
  await provisionTopics(kafka, { replicationFactor: 1 });
  const migrations = (name: string): URL => new URL(`../../../${name}/migrations/`, import.meta.url);
  const database = await testDatabase(async (url) => {
    for (const schema of ['portal', 'credentials'])
      await migrate({ url, schema, folder: migrations(schema) });
  });
  closers.push(() => database.drop());
  const emulators = await startEmulators();
  closers.push(() => emulators.close());

  const apiKey = randomBytes(24).toString('base64url');
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
    CREDENTIALS_API_KEY: apiKey,
  };
  const credentials = await startServiceProcess(new URL('../../../credentials/', import.meta.url), {
    ...shared,
    MASTER_KEY_FILE: `${folder}/master.key`,
    REQUESTER_KEYS_FILE: `${folder}/requesters.json`,
    GATEWAY_PUBLIC_URL: 'https://gateway.example',
  });
  closers.push(() => credentials.end());

  setEnvironment({
    ...shared,
    LOG_LEVEL: 'fatal',
    PORTAL_PUBLIC_URL: PUBLIC_URL,
    SESSION_KEY_FILE: `${folder}/session.key`,
    SIGN_IN_CLIENT_ID: CLIENT_ID,
    SIGN_IN_BROWSER_ORIGIN: emulators.url,
    OPERATOR_DIRECTORY_ID: DIRECTORIES.northwind,
    CREDENTIALS_URL: credentials.url,
    CONSOLE_DIR: `${folder}/console`,
    ...settings,
  });
  // Only now: what these import reads the settings.
  const { AppModule } = await import('../app.module.ts');
  const { startOptions } = await import('../start-options.ts');
  const routes: Route[] = [];
  const app = await startService(AppModule, {
    ...startOptions,
    prepare: async (app) => {
      const fastify = app.getHttpAdapter().getInstance();
      fastify.addHook('onRoute', ({ method, url }) => {
        const methods = [method].flat().filter((each) => each !== 'HEAD');
        routes.push(...methods.map((each) => `${each} ${url}`));
      });
      await startOptions.prepare?.(app);
    },
  });
  closers.push(() => app.close());
  const address = await app.getUrl();
  const browser = (headers?: Record<string, string>): Browser => new Browser(address, headers);
  return {
    app,
    routes,
    database: app.get(DATABASE),
    databaseUrl: database.url,
    emulators,
    credentialsUrl: credentials.url,
    browser,
    signedIn: async (username) => {
      const fresh = browser();
      await fresh.signIn(username);
      return fresh;
    },
  };
}
