import { topics } from '@leads/contracts';
import { describe, expect, test } from '@jest/globals';
import { KafkaTransport } from './kafka-transport.ts';
import { Publisher } from './publisher.ts';
import { RecordsRefused } from './records-refused.ts';
import type { KafkaSettings } from './settings.ts';

// Nothing listens there: what reaches for the broker fails in another way.
const settings: KafkaSettings = {
  brokers: ['127.0.0.1:1'],
  clientId: 'x',
  topicPrefix: '',
  service: 'portal',
};
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('a topic that the catalogue does not give to a service', () => {
  test('is not published by it', async () => {
    const publisher = new Publisher(settings);
    const request = { request: 'x'.repeat(20) };
    await expect(publisher.publish(topics.tokensRequested, [request])).rejects.toThrow(
      'Nothing was sent: the catalogue does not let portal publish tokens.requested.v1.',
    );
    const encoded = { topic: 'connections.v1', key: 'k', value: '{}' };
    await expect(publisher.publishEncoded([encoded])).rejects.toThrow(RecordsRefused);
    await publisher.disconnect();
  });

  test('is not taken by it: the service does not start', () => {
    const transport = new KafkaTransport({
      settings,
      group: 'portal',
      onUndecodable: () => Promise.resolve(),
      log: silent,
    });
    transport.addHandler('alerts.v1', () => Promise.resolve(), true, { topic: topics.alerts });
    expect(() => transport.listen(() => undefined)).toThrow('does not let portal take alerts.v1');
  });
});

describe('without keys', () => {
  const keyless: KafkaSettings = { brokers: settings.brokers, clientId: 'x', topicPrefix: '' };

  test('no record of a signed topic is sent', async () => {
    const publisher = new Publisher(keyless);
    const encoded = { topic: 'connections.v1', key: 'k', value: '{}' };
    await expect(publisher.publishEncoded([encoded])).rejects.toThrow(
      'Nothing was sent: there is no key to sign connections.v1 with.',
    );
    await publisher.disconnect();
  });

  test('no signed topic is taken', () => {
    const options = { group: 'portal', onUndecodable: () => Promise.resolve(), log: silent };
    const transport = new KafkaTransport({ settings: keyless, ...options });
    transport.addHandler('connections.v1', () => Promise.resolve(), true, { topic: topics.connections });
    expect(() => transport.listen(() => undefined)).toThrow('no keys to check connections.v1 with');
  });
});
