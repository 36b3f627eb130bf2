import { readFileSync } from 'node:fs';
import { type Topic, topics } from '@leads/contracts';
import { eventually, testSigning } from '@leads/testing';
import { describe, expect, test } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import {
  requests,
  requestTaker,
  sum,
  texts,
  useTestBroker,
  type Request,
} from './testing/use-test-broker.ts';
import { sendRaw } from './testing/send-raw.ts';
import { OnTopic } from './on-topic.ts';
import { Publisher } from './publisher.ts';
import type { Received } from './received.ts';
import { prefixed } from './settings.ts';

const broker = useTestBroker();

describe('a handler', () => {
  test('gets every record once in partition order when nothing fails, and the offsets are committed', async () => {
    const seen: Request[] = [];
    await broker.start(requestTaker((records) => void seen.push(...records)));
    await broker.publisher.publish(topics.tokensRequested, requests(1_200));
    await eventually(() => expect(seen).toHaveLength(1_200));
    expect(texts(seen).sort()).toEqual(requests(1_200).map(({ request }) => request));
    for (const ofPartition of Map.groupBy(seen, ({ partition }) => partition).values()) {
      const offsets = ofPartition.map(({ offset }) => Number(offset));
      expect(offsets).toEqual(offsets.map((_, index) => index));
    }
    await eventually(async () => expect(await broker.committed()).toEqual({ committed: 1_200, end: 1_200 }));
  }, 30_000);

  test('that fails three times gets the same records until it succeeds, and only then are they committed', async () => {
    const attempts: string[][] = [];
    let committedWhileFailing = -1;
    await broker.publisher.publish(topics.tokensRequested, requests(1));
    const service = await broker.start(
      requestTaker(async (records) => {
        attempts.push(texts(records));
        if (attempts.length === 3) committedWhileFailing = (await broker.committed()).committed;
        if (attempts.length <= 3) throw new Error('the database is down');
      }),
    );
    await eventually(() => expect(attempts).toHaveLength(3));
    expect(service.transport.lastError).toEqual(new Error('the database is down'));
    await eventually(() => expect(attempts).toHaveLength(4));
    expect(new Set(attempts.map((attempt) => attempt.join()))).toEqual(new Set([requests(1)[0]?.request]));
    expect(committedWhileFailing).toBe(0);
    await eventually(async () => expect((await broker.committed()).committed).toBe(1));
    expect(service.transport.lastError).toBeUndefined();
    expect(service.lines.filter((line) => line.includes('the database is down'))).toHaveLength(3);
    expect(service.transport.isConsuming()).toBe(true);
  }, 30_000);

  test('that fails on one partition holds up no other, however often it fails, and stays in the group', async () => {
    const seen: Request[] = [];
    let failing = true;
    let failures = 0;
    const service = await broker.start(
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
      await broker.publisher.publish(topics.tokensRequested, requests(60, `round-${rounds}`));
      const healthy = (await broker.endOffsets()).filter((_, partition) => partition !== 2);
      await eventually(() => expect(seen).toHaveLength(sum(healthy)));
    }
    expect(rounds).toBeGreaterThan(failures);
    expect(service.lines.filter((line) => line.startsWith('Consuming'))).toHaveLength(1);
    const healthy = (await broker.endOffsets()).filter((_, partition) => partition !== 2);
    await eventually(async () => expect((await broker.committed()).committed).toBe(sum(healthy)));
    failing = false;
    await eventually(() => expect(new Set(texts(seen)).size).toBe(rounds * 60));
    await eventually(async () => expect((await broker.committed()).committed).toBe(rounds * 60));
  }, 60_000);
});

describe('a record that cannot be decoded', () => {
  test('is put aside with its bytes and place, and does not stop the rest', async () => {
    const seen: Request[] = [];
    const topic = prefixed(broker.settings, topics.tokensRequested.name);
    const raw = await broker.rawProducer();
    const values = ['{"request":"before"}', 'not json', '{"request":5}', null, '{"request":"after"}'];
    await raw.send({ topic, messages: values.map((value) => ({ key: 'k', partition: 3, value })) });
    const service = await broker.start(requestTaker((records) => void seen.push(...records)));
    await eventually(async () => expect((await broker.committed()).committed).toBe(5));
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
        headers: [],
        timestamp: expect.any(Date),
        fault: 'unreadable',
        reason,
      })),
    );
  }, 30_000);

  test('is taken once more when asked to, as what can be read by then', async () => {
    const seen: Request[] = [];
    await broker.publisher.publishEncoded([{ topic: 'tokens.requested.v1', key: 'k', value: 'not json' }]);
    const { transport, undecodable } = await broker.start(
      requestTaker((records) => void seen.push(...records)),
    );
    const [aside] = await eventually(() => {
      expect(undecodable).toHaveLength(1);
      return undecodable;
    });
    if (!aside) throw new Error('Nothing was put aside.');
    const readable = { ...aside, offset: '7', value: Buffer.from('{"request":"later"}') };
    expect([transport.takes('tokens.requested.v1'), transport.takes('alerts.v1')]).toEqual([true, false]);
    expect(await transport.takeAgain('tokens.requested.v1', [aside, readable])).toEqual([aside]);
    expect(texts(seen)).toEqual(['later']);
    expect(seen[0]).toMatchObject({ key: 'k', partition: aside.partition, offset: '7' });
    await expect(transport.takeAgain('alerts.v1', [aside])).rejects.toThrow('No handler takes');
  }, 30_000);

  test('comes again while it cannot be put aside', async () => {
    const seen: Request[] = [];
    let failures = 0;
    await broker.publisher.publishEncoded([
      { topic: 'tokens.requested.v1', key: 'k', value: 'not json' },
      { topic: 'tokens.requested.v1', key: 'k', value: '{"request":"after"}' },
    ]);
    const putAside: string[] = [];
    await broker.start(
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

/** A controller that gives each batch of a topic to `take`. */
function taker(topic: Topic, take: (records: Received<Topic>[]) => void): Type {
  class Taker {
    takeIn(records: Received<Topic>[]): Promise<void> {
      take(records);
      return Promise.resolve();
    }
  }
  Controller()(Taker);
  const method = Object.getOwnPropertyDescriptor(Taker.prototype, 'takeIn');
  OnTopic(topic)(Taker.prototype, 'takeIn', method as TypedPropertyDescriptor<Taker['takeIn']>);
  return Taker;
}

async function offsetsOf(topic: Topic): Promise<string[]> {
  const groupId = prefixed(broker.settings, 'taker');
  const name = prefixed(broker.settings, topic.name);
  const offsets = await broker.withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [name] }));
  return offsets[0]?.partitions.map(({ offset }) => offset) ?? [];
}

test('a compacted topic: a record without a value is passed over', async () => {
  const raw = await broker.rawProducer();
  const topic = prefixed(broker.settings, topics.lanes.name);
  await raw.send({ topic, messages: [{ key: 'gone', value: null }] });
  const service = await broker.start(taker(topics.lanes, () => undefined));
  await eventually(async () => expect(await offsetsOf(topics.lanes)).toContain('1'));
  expect(service.undecodable).toEqual([]);
}, 30_000);

test('a signed topic: what no service which may publish it has signed is put aside, and the rest goes on', async () => {
  const seen: Received<Topic>[] = [];
  const sample = new URL('../../contracts/samples/events/connections.v1.mapped.json', import.meta.url);
  const real = topics.connections.schema.parse(JSON.parse(readFileSync(sample, 'utf8')));
  const forged = { ...real, version: 2_000_000_000, contactEmails: ['mallory@evil.example'] };
  await sendRaw(broker.settings, topics.connections, [
    { key: real.connectionId, value: JSON.stringify(forged) },
  ]);
  const portal = new Publisher({ ...broker.settings, signing: testSigning('portal') });
  broker.running.push({ close: () => portal.disconnect() });
  await portal.publish(topics.connections, [forged]);
  await broker.publisher.publish(topics.connections, [real]);
  const service = await broker.start(taker(topics.connections, (records) => void seen.push(...records)));
  await eventually(async () => expect(await offsetsOf(topics.connections)).toEqual(['3']));
  expect(seen.map(({ value }) => value)).toEqual([real]);
  expect(service.undecodable).toEqual(
    ['It is not signed.', 'It is signed by portal, which may not publish connections.v1.'].map(
      (reason, offset) => expect.objectContaining({ offset: String(offset), fault: 'unproven', reason }),
    ),
  );
}, 30_000);
