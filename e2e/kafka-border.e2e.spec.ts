/** The broker as in production: who gets in, and that nobody writes or reads a topic that is not theirs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName, topics, type Topic } from '@leads/contracts';
import {
  type KafkaSettings,
  kafkaSettings,
  type KafkaVariables,
  NotAllowed,
  oldestRecords,
  Publisher,
} from '@leads/kafka';
import { freeFixedPorts, type KafkaClient, provision, startBroker } from '@leads/tools';

let dataDir: string;
let broker: Awaited<ReturnType<typeof startBroker>>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'leads-kafka-border-'));
  const { kafka, kafkaController } = await freeFixedPorts();
  broker = await startBroker({
    ...{ way: 'local', profile: 'production', dataDir, volume: undefined, say: () => undefined },
    ...{ port: kafka.port, controllerPort: kafkaController.port },
    settings: { kafkaBrokers: undefined },
  });
  await provision(environmentOf('provision-topics'));
}, 180_000);
afterAll(async () => {
  await broker.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

function environmentOf(client: KafkaClient, by?: 'password' | 'certificate'): Record<string, string> {
  if (!broker.secured) throw new Error('The broker is plain.');
  return broker.secured.environmentOf(client, by);
}

/** What a service reads of its variables; without its name, so that only the broker stands in its way. */
function settingsOf(
  service: ServiceName,
  changes: Record<string, string> = {},
  by?: 'certificate',
): KafkaSettings {
  const { KAFKA_BROKERS = '', ...others } = { ...environmentOf(service, by), ...changes };
  const variables = { KAFKA_TOPIC_PREFIX: '', ...others, KAFKA_BROKERS: [KAFKA_BROKERS] } as KafkaVariables;
  const settings = kafkaSettings(variables, service, (path) => readFileSync(path, 'utf8'));
  delete settings.service;
  return settings;
}

/** What became of it: the kind of the broker's refusal, where it refuses. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof NotAllowed ? error.kind : String(error);
  }
}

/** A record that no schema is asked about: the broker alone decides. */
async function write(settings: KafkaSettings, { name }: Topic): Promise<string> {
  const publisher = new Publisher(settings);
  return outcome(
    publisher
      .publishEncoded([{ topic: name, key: 'key', value: '{}' }])
      .finally(() => publisher.disconnect()),
  );
}

const catalogue = Object.values<Topic>(topics);

test.each(SERVICES)(
  '%s writes the topics that the catalogue gives it, and no other',
  async (service) => {
    for (const topic of catalogue) {
      const expected = topic.publishers.includes(service) ? 'done' : 'forbidden';
      expect([topic.name, await write(settingsOf(service), topic)]).toEqual([topic.name, expected]);
    }
  },
  180_000,
);

describe('with a record in each topic', () => {
  beforeAll(async () => {
    for (const topic of catalogue) {
      const [publisher = 'credentials'] = topic.publishers;
      expect(await write(settingsOf(publisher), topic)).toBe('done');
    }
  }, 180_000);

  test.each(SERVICES)(
    '%s reads the topics that the catalogue gives it, in groups of its name, and no other',
    async (service) => {
      for (const topic of catalogue) {
        const expected = topic.consumers.includes(service) ? 'done' : 'forbidden';
        const answer = await outcome(oldestRecords(settingsOf(service), service, topic));
        expect([topic.name, answer]).toEqual([topic.name, expected]);
      }
    },
    300_000,
  );

  test("a service has no place in another's group", async () => {
    const answer = await outcome(oldestRecords(settingsOf('portal'), 'notification', topics.connections));
    // The client says no more of the broker's refusal than that it found nobody who keeps that group for us.
    expect(answer).toMatch(/group coordinator|forbidden/);
  }, 120_000);
});

test('a certificate is a name as good as a password', async () => {
  const portal = settingsOf('portal', {}, 'certificate');
  expect(await write(portal, topics.replays)).toBe('done');
  expect(await write(portal, topics.connections)).toBe('forbidden');
}, 60_000);

test('a wrong password is a refusal of its own kind, and is not shown', async () => {
  const file = join(dataDir, 'kafka', 'security', 'credentials.password');
  const publisher = new Publisher(settingsOf('portal', { KAFKA_SASL_PASSWORD_FILE: file }));
  const refused = await publisher.connect().catch((error: unknown) => String(error));
  await publisher.disconnect();
  expect(refused).toMatch(/authentication failed/i);
  expect(refused).not.toContain(readFileSync(file, 'utf8'));
  expect(await write(settingsOf('portal', { KAFKA_SASL_PASSWORD_FILE: file }), topics.replays)).toBe(
    'unknown',
  );
}, 60_000);

test('a broker that another authority signed is not talked to', async () => {
  expect(await write({ ...settingsOf('portal'), tls: {} }, topics.replays)).toMatch(/certificate/);
}, 60_000);

test('provisioning once more changes nothing', async () => {
  expect(await provision(environmentOf('provision-topics'))).toContain(
    'Topics created: none. Topics changed: none.\nAccess rules added: 0. Access rules taken away: 0.',
  );
}, 60_000);
