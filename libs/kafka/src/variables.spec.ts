import { beforeAll, describe, expect, test } from '@jest/globals';
import { certificateAuthority, type Certificate } from '@leads/testing/certificates';
import fc from 'fast-check';
import { z } from 'zod';
import { kafkaSettings, kafkaVariables, UnusableKafkaSettings } from './variables.ts';

const SECRET = 'hunter2-the-secret';
let ca: string;
let client: Certificate;
let other: Certificate;

beforeAll(async () => {
  const authority = await certificateAuthority();
  ca = authority.certificate;
  [client, other] = await Promise.all([authority.forClient('portal'), authority.forClient('other')]);
});

const files: Record<string, () => string> = {
  '/ca.pem': () => ca,
  '/client.pem': () => client.certificate,
  '/client.key': () => client.key,
  '/other.key': () => other.key,
  '/password': () => `${SECRET}\n`,
};

function readFile(path: string): string {
  const text = files[path]?.();
  if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return text;
}

type Environment = Record<string, string>;

function settingsOf(environment: Environment) {
  const variables = z.object(kafkaVariables).parse({ KAFKA_BROKERS: 'a:1, b:2', ...environment });
  return kafkaSettings(variables, 'portal', readFile);
}

const SCRAM = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' };
const OAUTH = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_OAUTH_TOKEN_URL: 'https://idp.example/token',
  KAFKA_OAUTH_CLIENT_ID: 'portal-client',
  KAFKA_OAUTH_CLIENT_SECRET: SECRET,
};

describe('the broker of a service', () => {
  test('is plain where nothing else is said', () => {
    expect(settingsOf({ KAFKA_TOPIC_PREFIX: 'x.' })).toEqual({
      brokers: ['a:1', 'b:2'],
      clientId: 'portal',
      topicPrefix: 'x.',
      service: 'portal',
    });
  });

  test('is never plain in production, unless that is allowed in so many words', () => {
    expect(() => settingsOf({ NODE_ENV: 'production' })).toThrow(
      /PLAINTEXT, which production refuses.*KAFKA_PLAINTEXT_ALLOWED/,
    );
    expect(() => settingsOf({ NODE_ENV: 'production', KAFKA_PLAINTEXT_ALLOWED: 'false' })).toThrow(/refuses/);
    const allowed = settingsOf({ NODE_ENV: 'production', KAFKA_PLAINTEXT_ALLOWED: 'true' });
    expect(allowed).not.toHaveProperty('tls');
  });

  test('is reached under TLS by its own authority, with a client certificate where one is given', () => {
    const own = { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: '/ca.pem', NODE_ENV: 'production' };
    expect(settingsOf(own).tls).toEqual({ ca: ca.trim() });
    const mutual = { KAFKA_SSL_CERTIFICATE_FILE: '/client.pem', KAFKA_SSL_KEY_FILE: '/client.key' };
    expect(settingsOf({ ...own, ...mutual }).tls).toEqual({
      ca: ca.trim(),
      client: { certificate: client.certificate.trim(), key: client.key.trim() },
    });
    expect(settingsOf({ KAFKA_SECURITY_PROTOCOL: 'SSL' }).tls).toEqual({});
  });

  test.each([
    ['SCRAM-SHA-512', 'scram-sha-512'],
    ['SCRAM-SHA-256', 'scram-sha-256'],
    ['PLAIN', 'plain'],
  ])('knows the service by %s under its own name, with a password from a file', (given, mechanism) => {
    const settings = settingsOf({
      ...SCRAM,
      KAFKA_SASL_MECHANISM: given,
      KAFKA_SASL_PASSWORD_FILE: '/password',
    });
    expect(settings).toMatchObject({ tls: {}, login: { mechanism, username: 'portal', password: SECRET } });
  });

  test('knows the service by another name where one is given', () => {
    const named = { ...SCRAM, KAFKA_SASL_PASSWORD: SECRET, KAFKA_SASL_USERNAME: 'leads-portal' };
    expect(settingsOf(named).login).toMatchObject({ username: 'leads-portal' });
  });

  test('knows the service by tokens of an OAuth endpoint', () => {
    expect(settingsOf({ ...OAUTH, KAFKA_OAUTH_SCOPE: 'kafka' }).login).toEqual({
      mechanism: 'oauthbearer',
      tokenUrl: 'https://idp.example/token',
      clientId: 'portal-client',
      clientSecret: SECRET,
      scope: 'kafka',
    });
  });
});

test.each<[string, Environment, RegExp]>([
  ['a password without TLS', { KAFKA_SASL_PASSWORD: SECRET }, /KAFKA_SASL_PASSWORD is set.*PLAINTEXT/],
  ['a certificate without TLS', { KAFKA_SSL_CA_FILE: '/ca.pem' }, /KAFKA_SSL_CA_FILE is set.*PLAINTEXT/],
  [
    'a password beside a certificate',
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SASL_PASSWORD: SECRET },
    /no use under SSL/,
  ],
  ['SASL without a mechanism', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /KAFKA_SASL_MECHANISM is not set/],
  ['SCRAM without a password', SCRAM, /SCRAM-SHA-512 needs KAFKA_SASL_PASSWORD/],
  [
    'two passwords',
    { ...SCRAM, KAFKA_SASL_PASSWORD: SECRET, KAFKA_SASL_PASSWORD_FILE: '/password' },
    /are both set/,
  ],
  [
    'a file that is not there',
    { ...SCRAM, KAFKA_SASL_PASSWORD_FILE: '/nowhere' },
    /cannot be read \(ENOENT\)/,
  ],
  [
    'SCRAM with a token endpoint',
    { ...SCRAM, KAFKA_SASL_PASSWORD: SECRET, KAFKA_OAUTH_SCOPE: 'x' },
    /KAFKA_OAUTH_SCOPE is set/,
  ],
  ['OAUTHBEARER with a password', { ...OAUTH, KAFKA_SASL_PASSWORD: SECRET }, /KAFKA_SASL_PASSWORD is set/],
  [
    'OAUTHBEARER in clear',
    { ...OAUTH, KAFKA_OAUTH_TOKEN_URL: 'http://idp.example/token' },
    /must begin with https/,
  ],
  [
    'a certificate without its key',
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_FILE: '/client.pem' },
    /belong together/,
  ],
  [
    "another certificate's key",
    {
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CERTIFICATE_FILE: '/client.pem',
      KAFKA_SSL_KEY_FILE: '/other.key',
    },
    /is not the key of/,
  ],
  ['no PEM', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: SECRET }, /KAFKA_SSL_CA, or .* is not PEM/],
])('%s is refused in one sentence', (_, environment, fault) => {
  expect(() => settingsOf(environment)).toThrow(UnusableKafkaSettings);
  expect(() => settingsOf(environment)).toThrow(fault);
});

test('a password in clear over the network has no word in the settings', () => {
  expect(() => settingsOf({ KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' })).toThrow(/never sent without TLS/);
});

test('whatever is combined, a refusal holds no value, and production is never in clear unless allowed', () => {
  const words: Record<string, string[]> = {
    KAFKA_SECURITY_PROTOCOL: ['PLAINTEXT', 'SSL', 'SASL_SSL'],
    KAFKA_PLAINTEXT_ALLOWED: ['true', 'false'],
    KAFKA_SASL_MECHANISM: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'],
    KAFKA_OAUTH_TOKEN_URL: ['https://idp.example/t', 'http://idp.example/t'],
    NODE_ENV: ['production', 'development'],
  };
  const others = Object.keys(kafkaVariables).filter((name) => !(name in words) && name !== 'KAFKA_BROKERS');
  const given = Object.fromEntries([
    ...Object.entries(words).map(([name, values]) => [name, fc.constantFrom(...values)] as const),
    ...others.map((name) => [name, fc.constantFrom(SECRET, '/password', '/ca.pem', '/client.key')] as const),
  ]);
  fc.assert(
    fc.property(fc.record(given, { requiredKeys: [] }), (environment) => {
      try {
        const { tls, login } = settingsOf(environment as Environment);
        if (login) expect(tls).toBeDefined();
        if (environment['NODE_ENV'] === 'production' && environment['KAFKA_PLAINTEXT_ALLOWED'] !== 'true') {
          expect(tls).toBeDefined();
        }
      } catch (error) {
        expect(error).toBeInstanceOf(UnusableKafkaSettings);
        expect(String(error)).not.toContain(SECRET);
        expect(String(error)).toMatch(/^[^.]+(?:https:\/\/[^.]*)?\.$/);
      }
    }),
  );
});
