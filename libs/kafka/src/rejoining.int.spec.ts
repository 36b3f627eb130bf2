import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { topics } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  requests,
  requestTaker,
  texts,
  untilConsuming,
  useTestBroker,
  type ConsumingService,
  type Request,
} from './testing/use-test-broker.ts';
import { prefixed } from './settings.ts';

/** What the client asks a broker for, which it does not export. */
interface BrokerPrototype {
  findGroupCoordinator: () => Promise<unknown>;
  heartbeat: () => Promise<unknown>;
}

const INTERNAL_MODULE: string = 'kafkajs/src/broker/index.js';
let brokerPrototype: BrokerPrototype;

beforeAll(async () => {
  const module = (await import(INTERNAL_MODULE)) as { default: { prototype: BrokerPrototype } };
  brokerPrototype = module.default.prototype;
});

afterEach(() => {
  jest.restoreAllMocks();
});

const broker = useTestBroker();

const NOT_FOUND = 'Failed to find group coordinator';

/** The pauses that the service has told of, in milliseconds. */
function pausesOf({ lines }: ConsumingService): number[] {
  return lines
    .flatMap((line) => /ended \(.*a new consumer joins in (\d+) ms/.exec(line)?.[1] ?? [])
    .map(Number);
}

describe('a group whose coordinator is not found, as after a restart of the broker', () => {
  const loseCoordinator = () =>
    jest
      .spyOn(brokerPrototype, 'findGroupCoordinator')
      .mockRejectedValue(new kafkajs.KafkaJSConnectionError('Closed connection'));

  test('is joined again by a service that was consuming, which goes on where it was', async () => {
    const [stayed, left]: [Request[], Request[]] = [[], []];
    const stayer = await broker.start(requestTaker((records) => void stayed.push(...records)));
    const leaver = await broker.start(requestTaker((records) => void left.push(...records)));
    await untilConsuming(stayer, leaver);
    await broker.publisher.publish(topics.tokensRequested, requests(40, 'before'));
    await eventually(async () => expect(await broker.committed()).toEqual({ committed: 40, end: 40 }));
    const lost = loseCoordinator();
    // The one that stays has to join again, and cannot.
    await leaver.close();
    await eventually(() => expect(pausesOf(stayer).length).toBeGreaterThanOrEqual(2));
    expect(stayer.transport.isConsuming()).toBe(false);
    expect(stayer.transport.lastError?.message).toBe(NOT_FOUND);
    expect(stayer.lines.join('\n')).toContain(`ended (${NOT_FOUND}). Nothing is lost`);
    await broker.publisher.publish(topics.tokensRequested, requests(40, 'meanwhile'));
    lost.mockRestore();
    await untilConsuming(stayer);
    expect(stayer.transport.lastError).toBeUndefined();
    await eventually(async () => expect(await broker.committed()).toEqual({ committed: 80, end: 80 }));
    const all = [...requests(40, 'before'), ...requests(40, 'meanwhile')].map(({ request }) => request);
    expect(texts([...stayed, ...left]).sort()).toEqual(all.sort());
  }, 40_000);

  test('is joined by a service that starts meanwhile', async () => {
    const seen: Request[] = [];
    await broker.publisher.publish(topics.tokensRequested, requests(1));
    const lost = loseCoordinator();
    const service = await broker.start(requestTaker((records) => void seen.push(...records)));
    await eventually(() => expect(pausesOf(service).length).toBeGreaterThanOrEqual(1));
    lost.mockRestore();
    await eventually(() => expect(seen).toHaveLength(1));
  }, 30_000);

  test('does not keep a service from closing, however long it would still wait', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999);
    loseCoordinator();
    const service = await broker.start(requestTaker(() => undefined));
    await eventually(() => expect(pausesOf(service).at(-1)).toBeGreaterThan(4_000), { timeoutMs: 20_000 });
    const began = performance.now();
    await service.close();
    expect(performance.now() - began).toBeLessThan(pausesOf(service).at(-1) ?? NaN);
    expect(pausesOf(service).filter((ms) => ms > 4_000)).toHaveLength(1);
  }, 30_000);
});

test('records the client cannot read are tried again with growing pauses, and taken in once it can', async () => {
  const codecs = kafkajs.CompressionCodecs as Record<number, unknown>;
  const zstd = kafkajs.CompressionTypes.ZSTD;
  const missing = codecs[zstd];
  const codec = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
    decompress: (buffer: Buffer) => zstdDecompressSync(buffer),
  });
  const seen: Request[] = [];
  const raw = await broker.rawProducer();
  const topic = prefixed(broker.settings, topics.tokensRequested.name);
  codecs[zstd] = codec;
  try {
    await raw.send({ topic, compression: zstd, messages: [{ key: 'k', value: '{"request":"r"}' }] });
    codecs[zstd] = missing;
    const service = await broker.start(requestTaker((records) => void seen.push(...records)));
    await eventually(() => expect(pausesOf(service).length).toBeGreaterThanOrEqual(3));
    codecs[zstd] = codec;
    await eventually(() => expect(texts(seen)).toEqual(['r']));
    await eventually(async () => expect((await broker.committed()).committed).toBe(1));
    expect(service.transport.isConsuming()).toBe(true);
  } finally {
    codecs[zstd] = missing;
  }
}, 30_000);
