import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type LaneReport, topics } from '@leads/contracts';
import { provisionTopics } from '@leads/kafka';
import { watchTopic, type WatchedTopic } from '@leads/kafka/testing';
import { CONNECTION, lead, NOW } from '@leads/delivery/testing';
import {
  eventually,
  Gate,
  type ServiceProcess,
  startServiceProcess,
  testKafka,
  writeServiceKeys,
} from '@leads/testing';
import { sql } from 'kysely';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

const APP = new URL('..', import.meta.url);
const kafka = testKafka();

let schema: WriterSchema;
let folder: string;
let settings: Record<string, string>;
let writers: ServiceProcess[];
/** What `lanes.v1` has told since the test began. */
let lanes: WatchedTopic<typeof topics.lanes>;

beforeAll(async () => {
  [schema, folder] = await Promise.all([
    startWriterSchema(),
    mkdtemp(`${tmpdir()}/hold-lanes-`),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  const keys = await writeServiceKeys(folder);
  settings = {
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    REQUESTER_SIGNING_KEY_FILE: keys.signingKeyFiles['dynamics-writer'],
    ...keys.settingsOf('dynamics-writer'),
  };
  lanes = await watchTopic(kafka, topics.lanes);
}, 60_000);
afterAll(async () => {
  await lanes.close();
  await schema.close();
  await rm(folder, { recursive: true });
}, 30_000);
beforeEach(async () => {
  await schema.begin();
  await sql`update lanes set owner = null, leased_until = '-infinity'`.execute(schema.database);
  lanes.records.length = 0;
  writers = [];
});
afterEach(() => Promise.all(writers.map((writer) => writer.end('SIGKILL'))));

async function startWriter(changes: Record<string, string> = {}): Promise<ServiceProcess> {
  const writer = await startServiceProcess(APP, { ...settings, ...changes });
  writers.push(writer);
  return writer;
}

const untilTold = (expected: Partial<LaneReport>) =>
  eventually(() => expect(lanes.values().at(-1)).toMatchObject(expected), { timeoutMs: 30_000 });

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
    expect(lanes.values()).toEqual([]);
    await gate.open();
    await untilTold({ connectionId: CONNECTION, held: true });
  } finally {
    await writer.end('SIGKILL');
    await gate.shut();
  }
}, 90_000);
