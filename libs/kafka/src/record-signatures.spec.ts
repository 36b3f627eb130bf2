import { createPrivateKey, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName, topics, type Topic } from '@leads/contracts';
import { makeKeyPair, testSigning } from '@leads/testing';
import fc from 'fast-check';
import { flattenedVerify, importJWK, jwtVerify } from 'jose';
import type { KafkaMessage } from 'kafkajs';
import { decodeMessages, messageOf } from './record-coding.ts';
import { recordChecker, recordSigner, SIGNATURE } from './record-signatures.ts';

const NOW = Date.parse('2026-11-22T09:30:00Z');
const DAY = 24 * 60 * 60_000;
const now = () => NOW;
const { known } = testSigning('credentials');
const check = recordChecker({ known }, now);

const signed = Object.values<Topic>(topics).filter(({ isSigned }) => isSigned);
const publisherOf = ({ publishers }: Topic): ServiceName => publishers[0] ?? 'credentials';

interface Sent {
  key: string;
  value: string;
}

/** A record as it comes out of the broker. */
function record({ key, value }: Sent, signature?: string): Pick<KafkaMessage, 'key' | 'value' | 'headers'> {
  return {
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: signature === undefined ? {} : { [SIGNATURE]: Buffer.from(signature) },
  };
}

const signAs = (service: ServiceName, topic: Topic, sent: Sent, at = NOW): string =>
  recordSigner(testSigning(service).key, () => at)(topic.name, sent);

const text = fc.string({ unit: 'binary', maxLength: 50 });
const anyRecord = fc.record({ key: text, value: text });
const anyTopic = fc.constantFrom(...signed);
const CREDENTIALS = known.find(({ kid }) => kid === 'credentials') ?? {};
const SENT: Sent = { key: 'a key', value: '{"a":"value"}' };

test('a record that was put aside for a key that is missing is good once the key is known', () => {
  const message = {
    ...record(SENT, signAs('credentials', topics.connections, SENT)),
    ...{ offset: '7', timestamp: String(NOW), attributes: 0 },
  };
  const without = recordChecker({ known: [] }, now);
  const { undecodable } = decodeMessages(topics.connections, 3, [message], without);
  expect(undecodable.map(({ fault }) => fault)).toEqual(['unproven']);
  expect(undecodable.map(messageOf)).toEqual([message]);
  expect(undecodable.map((one) => check(topics.connections, messageOf(one)))).toEqual([undefined]);
});

test('what decides where data, tokens and mails go is signed', () => {
  expect(signed.map(({ name }) => name).sort()).toEqual([
    'alerts.v1',
    'connections.v1',
    'contacts.answered.v1',
    'incidents.v1',
    'publishers.v1',
    'replays.v1',
    'retention.v1',
    'tokens.issued.v1',
    'validations.v1',
  ]);
});

describe('a signature', () => {
  test('is good for the record that it was made for, and for no other topic, key or value', () => {
    fc.assert(
      fc.property(anyTopic, anyTopic, anyRecord, anyRecord, (topic, elsewhere, sent, other) => {
        const signature = signAs(publisherOf(topic), topic, sent);
        expect(check(topic, record(sent, signature))).toBeUndefined();
        const isSame = (changed: Sent): boolean =>
          record(changed).key?.equals(Buffer.from(sent.key)) === true &&
          record(changed).value?.equals(Buffer.from(sent.value)) === true;
        for (const changed of [other, { ...sent, key: other.key }, { ...sent, value: other.value }]) {
          expect(check(topic, record(changed, signature)) === undefined).toBe(isSame(changed));
        }
        expect(check(elsewhere, record(sent, signature)) === undefined).toBe(elsewhere === topic);
        // Nothing moves from key to value either.
        const moved = { key: sent.key.slice(0, -1), value: sent.key.slice(-1) + sent.value };
        expect(check(topic, record(moved, signature)) === undefined).toBe(isSame(moved));
      }),
      { numRuns: 50 },
    );
  });

  test('is good with either key while those of a service are changed, and no longer once a key is taken out', () => {
    const next = makeKeyPair('credentials.2027');
    const both = recordChecker({ known: [...known, next.known] }, now);
    const [before, after] = [testSigning('credentials').key, next.key].map((key) =>
      record(SENT, recordSigner(key, now)(topics.connections.name, SENT)),
    );
    if (!before || !after) throw new Error('There are two.');
    expect([both(topics.connections, before), both(topics.connections, after)]).toEqual([
      undefined,
      undefined,
    ]);
    const alone = recordChecker({ known: [next.known] }, now);
    expect(alone(topics.connections, after)).toBeUndefined();
    expect(alone(topics.connections, before)).toBe('It is signed with a key that is not known here.');
  });

  test('is good for as long as its topic keeps records, which is for ever where it is compacted', () => {
    const at = (topic: Topic, ageMs: number) =>
      check(topic, record(SENT, signAs(publisherOf(topic), topic, SENT, NOW - ageMs)));
    expect(at(topics.replays, 15 * DAY)).toBeUndefined();
    expect(at(topics.replays, 17 * DAY)).toBe('It was signed longer ago than its topic keeps records.');
    expect(at(topics.connections, 3_000 * DAY)).toBeUndefined();
    // Clocks differ.
    expect(at(topics.replays, -5 * 60_000)).toBeUndefined();
  });

  test('is a JWS of the Ed25519 key, with the content left out', async () => {
    const [header = '', content, signature = ''] = signAs('credentials', topics.connections, SENT).split('.');
    expect(content).toBe('');
    const name = topics.connections.name;
    const lengths = Buffer.from([0, 0, 0, name.length, 0, 0, 0, SENT.key.length]);
    const { payload, protectedHeader } = await flattenedVerify(
      {
        protected: header,
        payload: Buffer.concat([lengths, Buffer.from(name + SENT.key + SENT.value)]).toString('base64url'),
        signature,
      },
      await importJWK(CREDENTIALS, 'EdDSA'),
    );
    expect(Buffer.from(payload).toString()).toContain(SENT.value);
    expect(protectedHeader).toEqual({
      ...{ alg: 'EdDSA', typ: 'leads-record+jws', kid: 'credentials', iat: NOW / 1_000 },
    });
  });

  test('of a request is none of a record', async () => {
    const { key } = testSigning('credentials');
    const secret = createPrivateKey({ key, format: 'jwk' });
    const content = Buffer.concat([
      Buffer.from([0, 0, 0, topics.connections.name.length, 0, 0, 0, SENT.key.length]),
      Buffer.from(topics.connections.name + SENT.key + SENT.value),
    ]).toString('base64url');
    const forge = (stated: object): string => {
      const header = Buffer.from(JSON.stringify(stated)).toString('base64url');
      return `${header}..${sign(null, Buffer.from(`${header}.${content}`), secret).toString('base64url')}`;
    };
    const stated = { alg: 'EdDSA', typ: 'leads-record+jws', kid: 'credentials', iat: NOW / 1_000 };
    const judged = (changes: object) =>
      check(topics.connections, record(SENT, forge({ ...stated, ...changes })));
    expect(judged({})).toBeUndefined();
    for (const changes of [
      { typ: 'leads-request+jwt' },
      { typ: undefined },
      { alg: 'none' },
      { crit: ['exp'] },
    ]) {
      expect(judged(changes)).toBe('Its signature cannot be read.');
    }
    // Nor the reverse: what is signed is no JWT.
    const whole = forge(stated).replace('..', `.${content}.`);
    await expect(jwtVerify(whole, await importJWK(CREDENTIALS, 'EdDSA'))).rejects.toThrow();
  });
});

describe.each(signed.map((topic) => [topic.name, topic] as const))('on %s', (_, topic) => {
  const stranger = makeKeyPair(publisherOf(topic));
  const others = SERVICES.filter((service) => !topic.publishers.includes(service));
  const elsewhere = signed.find((other) => other !== topic && other.publishers.includes(publisherOf(topic)));
  const forged: [string, ReturnType<typeof record>][] = [
    ['that is not signed', record(SENT)],
    ['signed by another key', record(SENT, recordSigner(stranger.key, now)(topic.name, SENT))],
    ['of another value', record({ ...SENT, value: '{}' }, signAs(publisherOf(topic), topic, SENT))],
    ['of another key', record({ ...SENT, key: 'b' }, signAs(publisherOf(topic), topic, SENT))],
    ...others.map((service): [string, ReturnType<typeof record>] => [
      `signed by ${service}`,
      record(SENT, signAs(service, topic, SENT)),
    ]),
    ...(elsewhere
      ? [
          ['moved from another topic', record(SENT, signAs(publisherOf(topic), elsewhere, SENT))] as [
            string,
            ReturnType<typeof record>,
          ],
        ]
      : []),
    [
      'with two signatures',
      { ...record(SENT), headers: { [SIGNATURE]: [signAs(publisherOf(topic), topic, SENT), 'x'] } },
    ],
    ['without a value', { ...record(SENT, signAs(publisherOf(topic), topic, SENT)), value: null }],
    ['without a key', { ...record(SENT, signAs(publisherOf(topic), topic, SENT)), key: null }],
    ...['', '.', '..', 'a..b', 'x'.repeat(2_000), 'e30..', '\u0000'].map(
      (junk): [string, ReturnType<typeof record>] => [
        `signed with ${JSON.stringify(junk.slice(0, 10))}`,
        record(SENT, junk),
      ],
    ),
  ];

  test.each(forged)(
    'a record %s is put aside, and no word of it is told',
    (_kind, { key, value, headers }) => {
      const message: KafkaMessage = {
        key,
        value,
        headers: headers ?? {},
        offset: '7',
        timestamp: '0',
        attributes: 0,
      };
      const { received, undecodable } = decodeMessages(topic, 0, [message], check);
      expect(received).toEqual([]);
      expect(undecodable).toEqual([expect.objectContaining({ fault: 'unproven', offset: '7', value })]);
      expect(undecodable[0]?.reason).not.toMatch(/a key|"a"/);
    },
  );
});

describe('while records without a signature are let in', () => {
  const lenient = recordChecker({ known, unsignedUntil: NOW + 1 }, now);

  test('a record without one is taken, and a wrong one is not', () => {
    expect(lenient(topics.connections, record(SENT))).toBeUndefined();
    const wrong = record({ ...SENT, value: '{}' }, signAs('credentials', topics.connections, SENT));
    expect(lenient(topics.connections, wrong)).toContain('Its signature is of another');
  });

  test('which ends at that moment', () => {
    const over = recordChecker({ known, unsignedUntil: NOW }, now);
    expect(over(topics.connections, record(SENT))).toBe('It is not signed.');
  });
});

test('a signed topic is not read without keys to check it with', () => {
  expect(() => decodeMessages(topics.connections, 0, [])).toThrow('not taken unchecked');
});
