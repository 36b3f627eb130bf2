import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { type LaneReport, topics } from '@leads/contracts';
import { KafkaTransport, OnTopic, provisionTopics, type Received } from '@leads/kafka';
import { eventually, Gate, type ServiceProcess, startServiceProcess, testKafka } from '@leads/testing';
import { sql } from 'kysely';
import { CONNECTION, lead, NOW, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

const APP = new URL('../', import.meta.url);
const kafka = testKafka();

/** What `lanes.v1` has told so far. */
const told: LaneReport[] = [];
let schema: WriterSchema;
let folder: string;
let settings: Record<string, string>;
let writers: ServiceProcess[];
let closeWatcher: () => Promise<void>;

beforeAll(async () => {
  [schema, folder] = await Promise.all([
    startWriterSchema(),
    mkdtemp(`${tmpdir()}/hold-lanes-`),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  await writeFile(`${folder}/key.jwk`, JSON.stringify({ ...key, kid: 'writer' }));
  settings = {
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    REQUESTER_SIGNING_KEY_FILE: `${folder}/key.jwk`,
  };
  closeWatcher = await watchLanes();
}, 60_000);
afterAll(async () => {
  await closeWatcher();
  await schema.close();
  await rm(folder, { recursive: true });
}, 30_000);
beforeEach(async () => {
  await schema.begin();
  await sql`update lanes set owner = null, leased_until = '-infinity'`.execute(schema.database);
  told.length = 0;
  writers = [];
});
afterEach(() => Promise.all(writers.map((writer) => writer.end('SIGKILL'))));

/** Reads `lanes.v1` along from its beginning. */
async function watchLanes(): Promise<() => Promise<void>> {
  @Controller()
  class Watcher {
    @OnTopic(topics.lanes)
    takeIn(records: Received<typeof topics.lanes>[]): Promise<void> {
      told.push(...records.map(({ value }) => value));
      return Promise.resolve();
    }
  }
  class WatcherModule {}
  const strategy = new KafkaTransport({
    settings: kafka,
    group: 'watcher',
    onUndecodable: (records) => Promise.reject(new Error(`undecodable: ${records[0]?.reason}`)),
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    { module: WatcherModule, controllers: [Watcher] },
    { strategy, logger: false },
  );
  await app.listen();
  return () => app.close();
}

async function startWriter(changes: Record<string, string> = {}): Promise<ServiceProcess> {
  const writer = await startServiceProcess(APP, { ...settings, ...changes });
  writers.push(writer);
  return writer;
}

const untilTold = (expected: Partial<LaneReport>) =>
  eventually(() => expect(told.at(-1)).toMatchObject(expected), { timeoutMs: 30_000 });

test('a lane is told of by the writer that takes it, with its backlog, and when that writer ends', async () => {
  await schema.takeIn(lead(), lead());
  const first = await startWriter({ INSTANCE_ID: 'first' });
  const waiting = { connectionId: CONNECTION, pending: 2, oldestPendingAt: NOW.toISOString() };
  await untilTold({ ...waiting, held: true, instance: expect.stringMatching(/^first-/) as never });
  await first.end('SIGTERM');
  await untilTold({ ...waiting, held: false, instance: expect.stringMatching(/^first-/) as never });
  await startWriter({ INSTANCE_ID: 'second' });
  await untilTold({ ...waiting, held: true, instance: expect.stringMatching(/^second-/) as never });
}, 90_000);

test('without the broker a lane is held all the same, and told of when the broker is back', async () => {
  const [host = '', port = ''] = (kafka.brokers[0] ?? '').split(':');
  const gate = new Gate({ host, port: Number(port) });
  // Opened once, so that the address is known.
  await gate.open();
  await gate.shut();
  const writer = await startWriter({ KAFKA_BROKERS: `127.0.0.1:${gate.port}` });
  try {
    const leased = async (): Promise<Date | undefined> => {
      const { rows } = await sql<{ leased_until: Date }>`
        select leased_until from lanes where owner is not null and leased_until > now()`.execute(
        schema.database,
      );
      return rows[0]?.leased_until;
    };
    await eventually(() => expect(writer.output()).toContain('how lanes stand could not be told'), {
      timeoutMs: 30_000,
    });
    const before = await leased();
    expect(before).toBeDefined();
    await eventually(async () => expect((await leased())?.getTime()).toBeGreaterThan(before?.getTime() ?? 0));
    expect(told).toEqual([]);
    await gate.open();
    await untilTold({ connectionId: CONNECTION, held: true });
  } finally {
    await writer.end('SIGKILL');
    await gate.shut();
  }
}, 90_000);
