import { readFileSync } from 'node:fs';
import { topics } from '@leads/contracts';
import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { describe, expect, test } from '@jest/globals';
import { decodeMessages, encodeValue } from './record-coding.ts';

const topic = topics.tokensRequested;

const CONNECTION = JSON.parse(
  readFileSync(new URL('../../contracts/samples/events/connections.v1.mapped.json', import.meta.url), 'utf8'),
) as object;

function message(value: Buffer | null, offset = '0'): KafkaMessage {
  return { key: Buffer.from('k'), value, offset, timestamp: '1700000000000', attributes: 0, headers: {} };
}

describe('encoding', () => {
  test('what is encoded decodes to the same value under its key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (request) => {
        const encoded = encodeValue(topic, { request });
        expect(encoded.key).toBe(topic.key({ request }));
        const { received, undecodable } = decodeMessages(topic, 4, [
          message(Buffer.from(encoded.value), '7'),
        ]);
        expect(undecodable).toEqual([]);
        expect(received).toEqual([
          { value: { request }, key: 'k', partition: 4, offset: '7', timestamp: new Date(1_700_000_000_000) },
        ]);
      }),
    );
  });

  test('leaves out what the schema does not name', () => {
    const value = { request: 'r', secret: 'not for the topic' };
    expect(encodeValue(topic, value).value).toBe('{"request":"r"}');
  });

  test('refuses a value that does not fit, naming the field and not its content', () => {
    const value = { request: ['content'] } as unknown as { request: string };
    expect(() => encodeValue(topic, value)).toThrow(/tokens\.requested\.v1 and was not sent: request: /);
    expect(() => encodeValue(topic, value)).not.toThrow(/content/);
  });
});

describe('decoding', () => {
  test.each([['a\0\ud83d'], ['b'.repeat(1_000_000)]])(
    'says why a record does not fit in words that can be kept, whatever its fields are called (%#)',
    (column) => {
      const value = Buffer.from(JSON.stringify({ ...CONNECTION, mapping: { constants: { [column]: 1 } } }));
      const { undecodable } = decodeMessages(topics.connections, 0, [message(value)], () => undefined);
      expect(undecodable.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^The value does not fit [^\p{Cc}\p{Cs}]{1,2100}$/u),
      ]);
    },
  );

  test('every record of a batch is either received or undecodable, in order, whatever its bytes', () => {
    const anyValue = fc.oneof(
      fc.constant(null),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc.string().map((request) => Buffer.from(JSON.stringify({ request }))),
    );
    fc.assert(
      fc.property(fc.array(anyValue), (values) => {
        const { received, undecodable } = decodeMessages(
          topic,
          0,
          values.map((value, offset) => message(value, String(offset))),
        );
        const offsets = [...received, ...undecodable].map(({ offset }) => Number(offset));
        expect(offsets.sort((a, b) => a - b)).toEqual(values.map((_, index) => index));
        for (const { offset, value } of undecodable) expect(value).toBe(values[Number(offset)]);
      }),
    );
  });

  test('bytes that are no UTF-8 are undecodable rather than silently replaced', () => {
    const bytes = Buffer.concat([Buffer.from('{"request":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const { undecodable } = decodeMessages(topic, 0, [message(bytes)]);
    expect(undecodable.map(({ reason }) => reason)).toEqual(['The value is not UTF-8 text.']);
  });

  test('no value is undecodable on a topic that keeps by time, and passed over on a compacted one', () => {
    expect(decodeMessages(topic, 0, [message(null)]).undecodable).toHaveLength(1);
    expect(decodeMessages(topics.lanes, 0, [message(null)])).toEqual({ received: [], undecodable: [] });
  });

  test('a record without a key is received with an empty one', () => {
    const { received } = decodeMessages(topic, 0, [
      { ...message(Buffer.from('{"request":"r"}')), key: null },
    ]);
    expect(received.map(({ key }) => key)).toEqual(['']);
  });
});
