/** The broker as in production: who gets in, and that nobody writes or reads a topic that is not theirs. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName, topics, type Topic } from '@leads/contracts';
import { type KafkaSettings, NotAllowed, oldestRecords, Publisher } from '@leads/kafka';
import { eventually, testSigning } from '@leads/testing';
import { type KafkaClient, kafkaSettingsOf, provision, sharedBroker } from '@leads/tools';

const { secured } = sharedBroker();
const topicPrefix = `border-${randomUUID().slice(0, 8)}.`;

beforeAll(async () => {
  await provision(environmentOf('provision-topics'));
}, 180_000);

function environmentOf(client: KafkaClient, by?: 'password' | 'certificate'): Record<string, string> {
  return { ...secured.environmentOf(client, by), KAFKA_TOPIC_PREFIX: topicPrefix };
}

function settingsOf(
  service: ServiceName,
  changes: Record<string, string> = {},
  by?: 'certificate',
): KafkaSettings {
  const settings = kafkaSettingsOf({ ...environmentOf(service, by), ...changes }, service);
  return { ...settings, signing: testSigning(service) };
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

/** A broker that has just begun may still be loading what it keeps of a group: that is no answer yet. */
function read(service: ServiceName, topic: Topic): Promise<string> {
  return eventually(async () => {
    const answer = await outcome(oldestRecords(settingsOf(service), service, topic));
    expect(answer).not.toMatch(/coordinator is loading/);
    return answer;
  });
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
        const answer = await read(service, topic);
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
  const file = join(secured.folder, 'credentials.password');
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
