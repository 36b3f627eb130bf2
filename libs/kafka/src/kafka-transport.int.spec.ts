import { createServer, connect as connectSocket, type AddressInfo, type Server } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import { topics } from '@leads/contracts';
import { eventually, testKafka } from '@leads/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import kafkajs, { type Admin } from 'kafkajs';
import { startConsumingService, type ConsumingService } from './consuming-service.fixture.ts';
import { createClient } from './kafka-client.ts';
import type { KafkaTransportOptions } from './kafka-transport.ts';
import { OnTopic, type Delivery } from './on-topic.ts';
import { provisionTopics } from './provision-topics.ts';
import { Publisher } from './publisher.ts';
import type { Received } from './received.ts';
import { prefixed, type KafkaSettings } from './settings.ts';

type Request = Received<typeof topics.tokensRequested>;

const running: { close: () => Promise<unknown> }[] = [];
let settings: KafkaSettings;
let publisher: Publisher;

beforeEach(async () => {
  settings = testKafka();
  await provisionTopics(settings, { replicationFactor: 1 });
  publisher = new Publisher(settings);
  running.push({ close: () => publisher.disconnect() });
}, 30_000);

afterEach(async () => {
  for (const { close } of running.splice(0).reverse()) await close();
}, 30_000);

/** A controller that gives each batch of token requests to `take`. */
function requestTaker(take: (records: Request[]) => Promise<void> | void, delivery?: Delivery): Type {
  class Requests {
    async takeIn(records: Request[]): Promise<void> {
      await take(records);
    }
  }
  Controller()(Requests);
  const method = Object.getOwnPropertyDescriptor(Requests.prototype, 'takeIn') as TypedPropertyDescriptor<
    (records: Request[]) => Promise<void>
  >;
  OnTopic(topics.tokensRequested, delivery ? { delivery } : {})(Requests.prototype, 'takeIn', method);
  return Requests;
}

async function start(
  controller: Type,
  options: Partial<KafkaTransportOptions> = {},
): Promise<ConsumingService> {
  const service = await startConsumingService(controller, { settings, group: 'taker', ...options });
  running.push(service);
  return service;
}

function untilConsuming(...services: ConsumingService[]): Promise<void> {
  return eventually(() => {
    for (const { transport, lines } of services)
      expect([transport.isConsuming(), lines]).toEqual([true, lines]);
  });
}

/** Distinct requests, enough of them to be spread over all partitions. */
function requests(count: number, name = 'request'): { request: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    request: `${name}-${String(index).padStart(16, '0')}`,
  }));
}

const texts = (records: Request[]) => records.map(({ value }) => value.request);

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + Math.max(0, number), 0);

async function withAdmin<Result>(ask: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = createClient(settings).admin();
  await admin.connect();
  return ask(admin).finally(() => admin.disconnect());
}

/** How many records each partition of the token requests holds, by partition. */
async function endOffsets(): Promise<number[]> {
  const topic = prefixed(settings, topics.tokensRequested.name);
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  return offsets.sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
}

/** How many records a group has committed, of how many there are. */
async function committed(group: string): Promise<{ committed: number; end: number }> {
  const topic = prefixed(settings, topics.tokensRequested.name);
  const groupId = prefixed(settings, group);
  const offsets = await withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  const partitions = offsets.flatMap((ofTopic) => ofTopic.partitions);
  return { committed: sum(partitions.map(({ offset }) => Number(offset))), end: sum(await endOffsets()) };
}

describe('a handler', () => {
  test('gets every record once in partition order when nothing fails, and the offsets are committed', async () => {
    const seen: Request[] = [];
    await start(requestTaker((records) => void seen.push(...records)));
    await publisher.publish(topics.tokensRequested, requests(1_200));
    await eventually(() => expect(seen).toHaveLength(1_200));
    expect(texts(seen).sort()).toEqual(requests(1_200).map(({ request }) => request));
    for (const ofPartition of Map.groupBy(seen, ({ partition }) => partition).values()) {
      const offsets = ofPartition.map(({ offset }) => Number(offset));
      expect(offsets).toEqual(offsets.map((_, index) => index));
    }
    await eventually(async () => expect(await committed('taker')).toEqual({ committed: 1_200, end: 1_200 }));
  }, 30_000);

  test('that fails three times gets the same records until it succeeds, and only then are they committed', async () => {
    const attempts: string[][] = [];
    let committedWhileFailing = -1;
    await publisher.publish(topics.tokensRequested, requests(1));
    const service = await start(
      requestTaker(async (records) => {
        attempts.push(texts(records));
        if (attempts.length === 3) committedWhileFailing = (await committed('taker')).committed;
        if (attempts.length <= 3) throw new Error('the database is down');
      }),
    );
    await eventually(() => expect(attempts).toHaveLength(3));
    expect(service.transport.lastError).toEqual(new Error('the database is down'));
    await eventually(() => expect(attempts).toHaveLength(4));
    expect(new Set(attempts.map((attempt) => attempt.join()))).toEqual(new Set([requests(1)[0]?.request]));
    expect(committedWhileFailing).toBe(0);
    await eventually(async () => expect((await committed('taker')).committed).toBe(1));
    expect(service.transport.lastError).toBeUndefined();
    expect(service.lines.filter((line) => line.includes('the database is down'))).toHaveLength(3);
    expect(service.transport.isConsuming()).toBe(true);
  }, 30_000);

  test('that fails on one partition holds up no other, however often it fails, and stays in the group', async () => {
    const seen: Request[] = [];
    let failing = true;
    let failures = 0;
    const service = await start(
      requestTaker((records) => {
        if (failing && records.some(({ partition }) => partition === 2)) {
          failures += 1;
          throw new Error('stuck');
        }
        seen.push(...records);
      }),
    );
    let rounds = 0;
    // The client gives up after six failures in a row, so six it must be.
    while (failures < 6) {
      rounds += 1;
      await publisher.publish(topics.tokensRequested, requests(60, `round-${rounds}`));
      const healthy = (await endOffsets()).filter((_, partition) => partition !== 2);
      await eventually(() => expect(seen).toHaveLength(sum(healthy)));
    }
    expect(rounds).toBeGreaterThan(failures);
    expect(service.lines.filter((line) => line.startsWith('Consuming'))).toHaveLength(1);
    const healthy = (await endOffsets()).filter((_, partition) => partition !== 2);
    await eventually(async () => expect((await committed('taker')).committed).toBe(sum(healthy)));
    failing = false;
    await eventually(() => expect(new Set(texts(seen)).size).toBe(rounds * 60));
    await eventually(async () => expect((await committed('taker')).committed).toBe(rounds * 60));
  }, 60_000);
});

describe('a record that cannot be decoded', () => {
  test('is put aside with its bytes and place, and does not stop the rest', async () => {
    const seen: Request[] = [];
    const topic = prefixed(settings, topics.tokensRequested.name);
    const raw = createClient(settings).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await raw.connect();
    const values = ['{"request":"before"}', 'not json', '{"request":5}', null, '{"request":"after"}'];
    await raw.send({ topic, messages: values.map((value) => ({ key: 'k', partition: 3, value })) });
    await raw.disconnect();
    const service = await start(requestTaker((records) => void seen.push(...records)));
    await eventually(async () => expect((await committed('taker')).committed).toBe(5));
    expect(texts(seen)).toEqual(['before', 'after']);
    expect(service.undecodable).toEqual(
      [
        ['1', 'not json', 'The value is not JSON.'],
        ['2', '{"request":5}', expect.stringContaining('request: ')],
        ['3', null, 'The record has no value, and this topic is not compacted.'],
      ].map(([offset, value, reason]) => ({
        topic: 'tokens.requested.v1',
        partition: 3,
        offset,
        key: Buffer.from('k'),
        value: typeof value === 'string' ? Buffer.from(value) : null,
        reason,
      })),
    );
  }, 30_000);

  test('comes again while it cannot be put aside', async () => {
    const seen: Request[] = [];
    let failures = 0;
    await publisher.publishEncoded([
      { topic: 'tokens.requested.v1', key: 'k', value: 'not json' },
      { topic: 'tokens.requested.v1', key: 'k', value: '{"request":"after"}' },
    ]);
    const putAside: string[] = [];
    await start(
      requestTaker((records) => void seen.push(...records)),
      {
        onUndecodable: (records) => {
          failures += 1;
          if (failures <= 2) return Promise.reject(new Error('the database is down'));
          putAside.push(...records.map(({ offset }) => offset));
          return Promise.resolve();
        },
      },
    );
    await eventually(() => expect(texts(seen)).toEqual(['after']));
    expect(putAside).toEqual(['0']);
  }, 30_000);
});

test('a compacted topic: a record without a value is passed over', async () => {
  const groupId = prefixed(settings, 'taker');
  const topic = prefixed(settings, 'connections.v1');
  class Connections {
    async takeIn(): Promise<void> {}
  }
  Controller()(Connections);
  const method = Object.getOwnPropertyDescriptor(Connections.prototype, 'takeIn');
  OnTopic(topics.connections)(
    Connections.prototype,
    'takeIn',
    method as TypedPropertyDescriptor<() => Promise<void>>,
  );
  const raw = createClient(settings).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await raw.connect();
  await raw.send({ topic, messages: [{ key: 'gone', value: null }] });
  await raw.disconnect();
  const service = await start(Connections);
  await eventually(async () => {
    const offsets = await withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
    expect(offsets[0]?.partitions.map(({ offset }) => offset)).toEqual(['1']);
  });
  expect(service.undecodable).toEqual([]);
}, 30_000);

describe('once per service', () => {
  test('two instances share the partitions, and closing one hands over without loss', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    const leaver = await start(requestTaker((records) => void first.push(...records)));
    const stayer = await start(requestTaker((records) => void second.push(...records)));
    await untilConsuming(leaver, stayer);
    let sent = 0;
    let leaving: Promise<void> | undefined;
    while (sent < 3_000) {
      await publisher.publish(topics.tokensRequested, requests(50, `batch-${sent}`));
      sent += 50;
      if (sent >= 1_000 && first.length > 0 && second.length > 0) leaving ??= leaver.close();
    }
    expect(leaving).toBeDefined();
    await leaving;
    await eventually(() => expect(new Set(texts([...first, ...second])).size).toBe(sent));
    await eventually(async () => expect(await committed('taker')).toEqual({ committed: sent, end: sent }));
  }, 60_000);

  test('closing finishes and commits the records in hand, so that the next instance starts after them', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    let finish: () => void = () => undefined;
    const inHand = new Promise<void>((resolve) => (finish = resolve));
    await publisher.publish(topics.tokensRequested, [{ request: 'in hand' }]);
    const leaver = await start(
      requestTaker(async (records) => {
        first.push(...records);
        await inHand;
      }),
    );
    await eventually(() => expect(texts(first)).toEqual(['in hand']));
    const leaving = leaver.close();
    finish();
    await leaving;
    expect((await committed('taker')).committed).toBe(1);
    await start(requestTaker((records) => void second.push(...records)));
    await publisher.publish(topics.tokensRequested, [{ request: 'afterwards' }]);
    // Within seconds, so the group did not have to wait for a session to expire.
    await eventually(() => expect(texts(second)).toEqual(['afterwards']), { timeoutMs: 8_000 });
  }, 30_000);
});

describe('every instance', () => {
  test('each instance gets every record from the beginning and leaves no group behind', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    const all = { delivery: 'every-instance' } as const;
    await publisher.publish(topics.tokensRequested, requests(30, 'early'));
    const a = await start(
      requestTaker((records) => void first.push(...records), 'every-instance'),
      {
        ...all,
        instanceId: 'a',
      },
    );
    const b = await start(
      requestTaker((records) => void second.push(...records), 'every-instance'),
      all,
    );
    await untilConsuming(a, b);
    await publisher.publish(topics.tokensRequested, requests(30, 'late'));
    for (const seen of [first, second]) {
      await eventually(() => expect(new Set(texts(seen)).size).toBe(60));
    }
    const groups = async () => {
      const listed = await withAdmin((admin) => admin.listGroups());
      return listed.groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(settings.topicPrefix));
    };
    expect(await groups()).toHaveLength(2);
    expect(await groups()).toContain(`${settings.topicPrefix}taker.a`);
    await Promise.all([a.close(), b.close()]);
    expect(await groups()).toEqual([]);
  }, 30_000);

  test('a transport leaves the handlers of the other delivery alone', async () => {
    const seen: Request[] = [];
    const service = await start(requestTaker((records) => void seen.push(...records), 'every-instance'));
    expect([...service.transport.getHandlers().keys()]).toEqual([]);
    expect(service.transport.isConsuming()).toBe(true);
  });
});

test('stacks with different prefixes do not meet on one broker', async () => {
  const other = testKafka();
  await provisionTopics(other, { replicationFactor: 1 });
  const otherPublisher = new Publisher(other);
  running.push({ close: () => otherPublisher.disconnect() });
  const [ours, theirs]: [Request[], Request[]] = [[], []];
  await start(requestTaker((records) => void ours.push(...records)));
  await start(
    requestTaker((records) => void theirs.push(...records)),
    { settings: other },
  );
  // The same key, hence the same partition: had they met, the foreign record would have come first.
  await publisher.publish(topics.tokensRequested, [{ request: 'ours-0000000000000000' }]);
  await otherPublisher.publish(topics.tokensRequested, [{ request: 'theirs-0000000000000000' }]);
  await publisher.publish(topics.tokensRequested, [{ request: 'last-0000000000000000' }]);
  await eventually(() => expect(texts(ours)).toHaveLength(2));
  await eventually(() => expect(texts(theirs)).toHaveLength(1));
  expect([texts(ours), texts(theirs)]).toEqual([
    ['ours-0000000000000000', 'last-0000000000000000'],
    ['theirs-0000000000000000'],
  ]);
}, 30_000);

describe('a broker that is not there yet', () => {
  test('is waited for, with one line in the log', async () => {
    const seen: Request[] = [];
    const port = await freePort();
    const [host, brokerPort] = settings.brokers[0]?.split(':') ?? [];
    await publisher.publish(topics.tokensRequested, [{ request: 'waiting' }]);
    const service = await start(
      requestTaker((records) => void seen.push(...records)),
      {
        settings: { ...settings, brokers: [`127.0.0.1:${port}`] },
      },
    );
    await eventually(() => expect(service.transport.lastError?.message).toContain('ECONNREFUSED'));
    expect(service.transport.isConsuming()).toBe(false);
    const door = createServer((socket) => {
      const upstream = connectSocket(Number(brokerPort), host);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    await listen(door, port);
    running.unshift({ close: () => new Promise((resolve) => door.close(resolve)) });
    await eventually(() => expect(texts(seen)).toEqual(['waiting']));
    expect(service.transport.lastError).toBeUndefined();
    expect(service.lines.filter((line) => line.includes('cannot be used yet'))).toHaveLength(1);
    expect(service.fatal).toEqual([]);
  }, 40_000);

  test('does not keep a service from closing', async () => {
    const service = await start(
      requestTaker(() => undefined),
      { settings: { ...settings, brokers: [`127.0.0.1:${await freePort()}`] } },
    );
    await eventually(() => expect(service.transport.lastError).toBeDefined());
    await service.close();
    expect(service.fatal).toEqual([]);
  }, 30_000);

  test('that lacks a topic is told apart, and consumed from once the topic is there', async () => {
    const bare = testKafka();
    const service = await start(
      requestTaker(() => undefined),
      { settings: bare },
    );
    await eventually(() => expect(service.lines.join()).toContain('provision them'));
    await provisionTopics(bare, { replicationFactor: 1 });
    await untilConsuming(service);
  }, 30_000);
});

test('what the client cannot recover from is fatal', async () => {
  const codecs = kafkajs.CompressionCodecs as Record<number, unknown>;
  const zstd = kafkajs.CompressionTypes.ZSTD;
  const missing = codecs[zstd];
  const raw = createClient(settings).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  running.push({ close: () => raw.disconnect() });
  await raw.connect();
  codecs[zstd] = () => ({ compress: ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer) });
  const topic = prefixed(settings, topics.tokensRequested.name);
  await raw
    .send({ topic, compression: zstd, messages: [{ key: 'k', value: '{"request":"r"}' }] })
    .finally(() => (codecs[zstd] = missing));
  const service = await start(requestTaker(() => undefined));
  await eventually(() => expect(service.fatal).toHaveLength(1));
  expect(service.transport.isConsuming()).toBe(false);
  expect(service.transport.lastError).toBe(service.fatal[0]);
}, 30_000);

async function freePort(): Promise<number> {
  const probe = createServer();
  await listen(probe, 0);
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
