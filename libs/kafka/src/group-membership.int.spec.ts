import { createServer, connect as connectSocket, type AddressInfo, type Server } from 'node:net';
import { topics } from '@leads/contracts';
import { eventually, testKafka } from '@leads/testing';
import { describe, expect, test } from '@jest/globals';
import {
  requests,
  requestTaker,
  texts,
  untilConsuming,
  useTestBroker,
  type Request,
} from './testing/use-test-broker.ts';
import { provisionTopics } from './provision-topics.ts';
import { Publisher } from './publisher.ts';

const broker = useTestBroker();

describe('once per service', () => {
  test('two instances share the partitions, and closing one hands over without loss', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    const leaver = await broker.start(requestTaker((records) => void first.push(...records)));
    const stayer = await broker.start(requestTaker((records) => void second.push(...records)));
    await untilConsuming(leaver, stayer);
    let sent = 0;
    let leaving: Promise<void> | undefined;
    while (sent < 3_000) {
      await broker.publisher.publish(topics.tokensRequested, requests(50, `batch-${sent}`));
      sent += 50;
      if (sent >= 1_000 && first.length > 0 && second.length > 0) leaving ??= leaver.close();
    }
    expect(leaving).toBeDefined();
    await leaving;
    await eventually(() => expect(new Set(texts([...first, ...second])).size).toBe(sent));
    await eventually(async () => expect(await broker.committed()).toEqual({ committed: sent, end: sent }));
  }, 60_000);

  test('closing finishes and commits the records in hand, so that the next instance starts after them', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    let finish: () => void = () => undefined;
    const inHand = new Promise<void>((resolve) => (finish = resolve));
    await broker.publisher.publish(topics.tokensRequested, [{ request: 'in hand' }]);
    const leaver = await broker.start(
      requestTaker(async (records) => {
        first.push(...records);
        await inHand;
      }),
    );
    await eventually(() => expect(texts(first)).toEqual(['in hand']));
    const leaving = leaver.close();
    finish();
    await leaving;
    expect((await broker.committed()).committed).toBe(1);
    await broker.start(requestTaker((records) => void second.push(...records)));
    await broker.publisher.publish(topics.tokensRequested, [{ request: 'afterwards' }]);
    // Within seconds, so the group did not have to wait for a session to expire.
    await eventually(() => expect(texts(second)).toEqual(['afterwards']), { timeoutMs: 8_000 });
  }, 30_000);
});

describe('every instance', () => {
  test('each instance gets every record from the beginning and leaves no group behind', async () => {
    const [first, second]: [Request[], Request[]] = [[], []];
    const all = { delivery: 'every-instance' } as const;
    await broker.publisher.publish(topics.tokensRequested, requests(30, 'early'));
    const a = await broker.start(
      requestTaker((records) => void first.push(...records), 'every-instance'),
      {
        ...all,
        instanceId: 'a',
      },
    );
    const b = await broker.start(
      requestTaker((records) => void second.push(...records), 'every-instance'),
      all,
    );
    await untilConsuming(a, b);
    await broker.publisher.publish(topics.tokensRequested, requests(30, 'late'));
    for (const seen of [first, second]) {
      await eventually(() => expect(new Set(texts(seen)).size).toBe(60));
    }
    const groups = async () => {
      const listed = await broker.withAdmin((admin) => admin.listGroups());
      return listed.groups
        .map(({ groupId }) => groupId)
        .filter((id) => id.startsWith(broker.settings.topicPrefix));
    };
    expect(await groups()).toHaveLength(2);
    expect(await groups()).toContain(`${broker.settings.topicPrefix}taker.a`);
    await Promise.all([a.close(), b.close()]);
    expect(await groups()).toEqual([]);
  }, 30_000);

  test('a transport leaves the handlers of the other delivery alone', async () => {
    const seen: Request[] = [];
    const service = await broker.start(
      requestTaker((records) => void seen.push(...records), 'every-instance'),
    );
    expect([...service.transport.getHandlers().keys()]).toEqual([]);
    expect(service.transport.isConsuming()).toBe(true);
  });
});

test('stacks with different prefixes do not meet on one broker', async () => {
  const other = testKafka();
  await provisionTopics(other, { replicationFactor: 1 });
  const otherPublisher = new Publisher(other);
  broker.running.push({ close: () => otherPublisher.disconnect() });
  const [ours, theirs]: [Request[], Request[]] = [[], []];
  await broker.start(requestTaker((records) => void ours.push(...records)));
  await broker.start(
    requestTaker((records) => void theirs.push(...records)),
    { settings: other },
  );
  // The same key, hence the same partition: had they met, the foreign record would have come first.
  await broker.publisher.publish(topics.tokensRequested, [{ request: 'ours-0000000000000000' }]);
  await otherPublisher.publish(topics.tokensRequested, [{ request: 'theirs-0000000000000000' }]);
  await broker.publisher.publish(topics.tokensRequested, [{ request: 'last-0000000000000000' }]);
  await eventually(() => expect(texts(ours)).toHaveLength(2));
  await eventually(() => expect(texts(theirs)).toHaveLength(1));
  expect([texts(ours), texts(theirs)]).toEqual([
    ['ours-0000000000000000', 'last-0000000000000000'],
    ['theirs-0000000000000000'],
  ]);
}, 30_000);

describe('a broker that is not there yet', () => {
  test('is waited for, with one line in the log however often it is tried', async () => {
    const seen: Request[] = [];
    const [host, port] = broker.settings.brokers[0]?.split(':') ?? [];
    let refused = 0;
    let open = false;
    const door = createServer((socket) => {
      if (!open) {
        refused += 1;
        socket.destroy();
        return;
      }
      const upstream = connectSocket(Number(port), host);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    const doorPort = await listen(door);
    broker.running.unshift({ close: () => new Promise((resolve) => door.close(resolve)) });
    await broker.publisher.publish(topics.tokensRequested, [{ request: 'waiting' }]);
    const service = await broker.start(
      requestTaker((records) => void seen.push(...records)),
      { settings: { ...broker.settings, brokers: [`127.0.0.1:${doorPort}`] } },
    );
    // The client tries six times before it tells, so by then it has been told twice.
    await eventually(() => expect(refused).toBeGreaterThan(12));
    expect(service.transport.isConsuming()).toBe(false);
    expect(service.transport.lastError).toBeDefined();
    open = true;
    await eventually(() => expect(texts(seen)).toEqual(['waiting']));
    expect(service.transport.lastError).toBeUndefined();
    expect(service.lines.filter((line) => line.includes('cannot be used yet'))).toHaveLength(1);
  }, 40_000);

  test('does not keep a service from closing', async () => {
    const service = await broker.start(
      requestTaker(() => undefined),
      { settings: { ...broker.settings, brokers: [`127.0.0.1:${await freePort()}`] } },
    );
    await eventually(() => expect(service.transport.lastError).toBeDefined());
    await service.close();
  }, 30_000);

  test('that lacks a topic is told apart, and consumed from once the topic is there', async () => {
    const bare = testKafka();
    const service = await broker.start(
      requestTaker(() => undefined),
      { settings: bare },
    );
    await eventually(() => expect(service.lines.join()).toContain('provision them'));
    await provisionTopics(bare, { replicationFactor: 1 });
    await untilConsuming(service);
  }, 30_000);
});

/** Nobody listens on a port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
