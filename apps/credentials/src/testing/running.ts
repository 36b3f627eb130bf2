/** Credentials as a process of its own, with a database, topics and keys that no other test has, and the emulators. */
import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { migrate } from '@leads/database';
import type { Carried, Topic } from '@leads/contracts';
import { provisionTopics, type Received } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import {
  contoso,
  type Control,
  eventually,
  type RunningProcess,
  type ServiceKeyFiles,
  startBuilt,
  startEmulators,
  testDatabase,
  testKafka,
  type TestKafka,
  writeServiceKeys,
} from '@leads/testing';
import { type Requester, startRequester } from './requester.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

export interface Running {
  apiKey: string;
  /** Where it answers. */
  url: string;
  /** Where MICROSOFT_RESOLVER leads. */
  emulatorsUrl: string;
  kafka: TestKafka;
  databaseUrl: string;
  requester: Requester;
  masterKeyFile: string;
  /** Keys of services, as files: all that are known to it, and the private ones. */
  serviceKeys: ServiceKeyFiles;
  /** Calls the API; with the API key unless headers say otherwise. */
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Creates a connection; `changes` replace what Contoso would enter. */
  create: (changes?: Record<string, unknown>) => Promise<{ connectionId: string; leadAddress: string }>;
  control: Control;
  /** Starts the service once more with other settings; a second call's process is another instance. */
  start: (settings?: Record<string, string>) => Promise<RunningProcess>;
  service: RunningProcess;
  /** The values of a topic that fit, once so many are there. */
  published: <T extends Topic>(
    topic: T,
    fits: (record: Received<T>) => boolean,
    count: number,
  ) => Promise<Carried<T>[]>;
  close: () => Promise<void>;
}

const app = new URL('../../', import.meta.url);

/** Boots it all; what the service is told can be added to or changed. */
export async function startForTest(settings: Record<string, string> = {}): Promise<Running> {
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
): Promise<Omit<Running, 'close'>> {
  const folder = await mkdtemp(`${tmpdir()}/credentials-`);
  closers.push(() => rm(folder, { recursive: true }));
  const kafka = testKafka();
  const apiKey = randomBytes(24).toString('base64url');
  const masterKeyFile = `${folder}/master.key`;
  const requesterKeysFile = `${folder}/requesters.json`;
  await provisionTopics(kafka, { replicationFactor: 1 });
  const database = await testDatabase((url) =>
    migrate({ url, schema: 'credentials', folder: new URL('../../migrations/', import.meta.url) }),
  );
  closers.push(() => database.drop());
  const requester = await startRequester(kafka);
  closers.push(() => requester.close());
  await writeFile(masterKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  await writeFile(requesterKeysFile, requester.jwks);
  const serviceKeys = await writeServiceKeys(folder);

  const emulators = await startEmulators();
  closers.push(() => emulators.close());

  const start = async (changes: Record<string, string> = {}): Promise<RunningProcess> => {
    const started = await startBuilt(app, 'main.js', {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
      DATABASE_URL: database.url,
      HTTP_PORT: '0',
      CREDENTIALS_API_KEY: apiKey,
      GATEWAY_PUBLIC_URL: 'https://gateway.example',
      // Nobody listens there: where a test wants a writer, its settings say where.
      WRITER_URL: 'http://127.0.0.1:9',
      ...serviceKeys.settingsOf('credentials'),
      MASTER_KEY_FILE: masterKeyFile,
      REQUESTER_KEYS_FILE: requesterKeysFile,
      MICROSOFT_RESOLVER: emulators.url,
      ...settings,
      ...changes,
    });
    closers.push(() => started.end());
    return started;
  };
  const service = await start();
  const [, address = ''] = await service.says(/"address":"([^"]+)"/);

  const call: Running['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(new URL(path, address), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  };

  return {
    kafka,
    databaseUrl: database.url,
    apiKey,
    url: address,
    emulatorsUrl: emulators.url,
    requester,
    masterKeyFile,
    serviceKeys,
    call,
    create: async (changes = {}) => {
      const { status, text, body } = await call('POST', '/api/connections', { ...contoso, ...changes });
      if (status !== 201) throw new Error(`creating a connection: ${status} ${text}`);
      return body as { connectionId: string; leadAddress: string };
    },
    control: emulators.control,
    start,
    service,
    published: async (topic, fits, count) => {
      const reading = await watchTopic(kafka, topic);
      try {
        return await eventually(() => {
          const values = reading.records.filter(fits).map(({ value }) => value);
          if (values.length < count) throw new Error(`${values.length} of ${count} are there`);
          return values;
        });
      } finally {
        await reading.close();
      }
    },
  };
}
