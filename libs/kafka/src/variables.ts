/** What the environment says of the broker, and what it comes to: TLS, who we are there, or why it cannot be so. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { present, type ServiceName } from '@leads/contracts';
import { z } from 'zod';
import type { ClientCredentials, KafkaLogin, KafkaSettings, KafkaTls } from './settings.ts';

const BROKERS = 'must be host:port, or several of them separated by commas';
const PROTOCOLS = 'must be PLAINTEXT, SSL or SASL_SSL: a password is never sent without TLS';
const MECHANISMS = 'must be SCRAM-SHA-512, SCRAM-SHA-256, PLAIN or OAUTHBEARER';

/** Every variable that says how to reach the broker; `.env.example` describes each. */
export const kafkaVariables = {
  /** Comma-separated host:port pairs. */
  KAFKA_BROKERS: z
    .string(BROKERS)
    .min(1, BROKERS)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
  /** Put before every topic and group name. */
  KAFKA_TOPIC_PREFIX: z.string().default(''),
  KAFKA_SECURITY_PROTOCOL: z.enum(['PLAINTEXT', 'SSL', 'SASL_SSL'], PROTOCOLS).optional(),
  KAFKA_PLAINTEXT_ALLOWED: z.stringbool('must be true or false').optional(),
  KAFKA_SSL_CA: z.string().optional(),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  KAFKA_SSL_CERTIFICATE: z.string().optional(),
  KAFKA_SSL_CERTIFICATE_FILE: z.string().optional(),
  KAFKA_SSL_KEY: z.string().optional(),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'], MECHANISMS)
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_SASL_PASSWORD_FILE: z.string().optional(),
  KAFKA_OAUTH_TOKEN_URL: z.url({ protocol: /^https?$/ }).optional(),
  KAFKA_OAUTH_CLIENT_ID: z.string().optional(),
  KAFKA_OAUTH_CLIENT_SECRET: z.string().optional(),
  KAFKA_OAUTH_CLIENT_SECRET_FILE: z.string().optional(),
  KAFKA_OAUTH_SCOPE: z.string().optional(),
  /** `production` in the images: the plain broker of local runs is refused there. */
  NODE_ENV: z.string().optional(),
};

export type KafkaVariables = z.infer<z.ZodObject<typeof kafkaVariables>>;
type Name = keyof KafkaVariables;

const SSL = names('KAFKA_SSL_');
const PASSWORD: readonly Name[] = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'];
const OAUTH = names('KAFKA_OAUTH_');

/** Host names that are this machine: the only ones of which a token is asked without TLS. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A combination of variables that cannot be used; its message is one sentence, without any value. */
export class UnusableKafkaSettings extends Error {}

/**
 * What the variables come to.
 *
 * @param service the client's id, and its user name where none is given
 * @param readFile the text of a file that a variable names
 * @throws UnusableKafkaSettings
 */
export function kafkaSettings(
  variables: KafkaVariables,
  service: ServiceName | 'provision-topics',
  readFile: (path: string) => string,
): KafkaSettings {
  const protocol = variables.KAFKA_SECURITY_PROTOCOL ?? 'PLAINTEXT';
  const read = reader(variables, readFile);
  const settings: KafkaSettings = {
    brokers: variables.KAFKA_BROKERS,
    clientId: service,
    topicPrefix: variables.KAFKA_TOPIC_PREFIX,
    ...(service === 'provision-topics' ? {} : { service }),
  };
  if (protocol !== 'SASL_SSL')
    refuseUnused(variables, protocol, ['KAFKA_SASL_MECHANISM', ...PASSWORD, ...OAUTH]);
  if (protocol === 'PLAINTEXT') {
    refuseUnused(variables, protocol, SSL);
    if (variables.NODE_ENV === 'production' && variables.KAFKA_PLAINTEXT_ALLOWED !== true) {
      throw new UnusableKafkaSettings(
        'KAFKA_SECURITY_PROTOCOL is PLAINTEXT, which production refuses, because anybody could read and write the topics: use SASL_SSL or SSL, or set KAFKA_PLAINTEXT_ALLOWED=true where nobody else reaches the broker.',
      );
    }
    return settings;
  }
  const tls = readTls(read);
  return protocol === 'SSL'
    ? { ...settings, tls }
    : { ...settings, tls, login: readLogin(variables, read, service) };
}

function readTls(read: Reader): KafkaTls {
  const ca = read('KAFKA_SSL_CA');
  const certificate = read('KAFKA_SSL_CERTIFICATE');
  const key = read('KAFKA_SSL_KEY');
  if (ca !== undefined) understand('KAFKA_SSL_CA', () => new X509Certificate(ca));
  if (certificate === undefined && key === undefined) return present({ ca });
  if (certificate === undefined || key === undefined) {
    throw new UnusableKafkaSettings(
      'KAFKA_SSL_CERTIFICATE and KAFKA_SSL_KEY belong together, as values or as files, and only one of them is set.',
    );
  }
  const own = understand('KAFKA_SSL_CERTIFICATE', () => new X509Certificate(certificate));
  const secret = understand('KAFKA_SSL_KEY', () => createPrivateKey(key));
  if (!own.checkPrivateKey(secret)) {
    throw new UnusableKafkaSettings('KAFKA_SSL_KEY is not the key of KAFKA_SSL_CERTIFICATE.');
  }
  return { ...present({ ca }), client: { certificate, key } };
}

function readLogin(variables: KafkaVariables, read: Reader, service: string): KafkaLogin {
  const mechanism = variables.KAFKA_SASL_MECHANISM;
  if (mechanism === undefined) {
    throw new UnusableKafkaSettings(
      `KAFKA_SECURITY_PROTOCOL is SASL_SSL, and KAFKA_SASL_MECHANISM is not set: it ${MECHANISMS}.`,
    );
  }
  if (mechanism === 'OAUTHBEARER') {
    refuseUnused(variables, mechanism, PASSWORD);
    return { mechanism: 'oauthbearer', ...readClientCredentials(variables, read) };
  }
  refuseUnused(variables, mechanism, OAUTH);
  const password = read('KAFKA_SASL_PASSWORD');
  if (password === undefined) throw missing(mechanism, 'KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE');
  const lower = {
    PLAIN: 'plain',
    'SCRAM-SHA-256': 'scram-sha-256',
    'SCRAM-SHA-512': 'scram-sha-512',
  } as const;
  return { mechanism: lower[mechanism], username: variables.KAFKA_SASL_USERNAME ?? service, password };
}

function readClientCredentials(variables: KafkaVariables, read: Reader): ClientCredentials {
  const { KAFKA_OAUTH_TOKEN_URL: tokenUrl, KAFKA_OAUTH_CLIENT_ID: clientId } = variables;
  const clientSecret = read('KAFKA_OAUTH_CLIENT_SECRET');
  if (tokenUrl === undefined) throw missing('OAUTHBEARER', 'KAFKA_OAUTH_TOKEN_URL');
  if (clientId === undefined) throw missing('OAUTHBEARER', 'KAFKA_OAUTH_CLIENT_ID');
  if (clientSecret === undefined) {
    throw missing('OAUTHBEARER', 'KAFKA_OAUTH_CLIENT_SECRET or KAFKA_OAUTH_CLIENT_SECRET_FILE');
  }
  const { protocol, hostname } = new URL(tokenUrl);
  if (protocol !== 'https:' && !LOOPBACK.has(hostname)) {
    throw new UnusableKafkaSettings(
      'KAFKA_OAUTH_TOKEN_URL must begin with https://: the secret is sent there.',
    );
  }
  return { tokenUrl, clientId, clientSecret, ...present({ scope: variables.KAFKA_OAUTH_SCOPE }) };
}

/** What may be given as it is, or as a file that holds it. */
type AsValueOrFile = { [N in Name]: `${N}_FILE` extends Name ? N : never }[Name];
type Reader = (name: AsValueOrFile) => string | undefined;

function reader(variables: KafkaVariables, readFile: (path: string) => string): Reader {
  return (name) => {
    const value = variables[name];
    const path = variables[`${name}_FILE`];
    if (path === undefined) return value;
    if (value !== undefined) {
      throw new UnusableKafkaSettings(
        `${name} and ${name}_FILE are both set, and only one of them can hold.`,
      );
    }
    try {
      return readFile(path).trim();
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      throw new UnusableKafkaSettings(`${name}_FILE names a file that cannot be read (${code}).`);
    }
  };
}

/** A parser's own words can hold what it parsed, so they are left out. */
function understand<Value>(name: AsValueOrFile, parse: () => Value): Value {
  try {
    return parse();
  } catch {
    throw new UnusableKafkaSettings(
      `${name}, or the file of ${name}_FILE, is not PEM text that can be read.`,
    );
  }
}

function refuseUnused(variables: KafkaVariables, under: string, unused: readonly Name[]): void {
  const set = unused.find((name) => variables[name] !== undefined);
  if (set === undefined) return;
  throw new UnusableKafkaSettings(
    `${set} is set, and has no use under ${under}: one of the two is a mistake.`,
  );
}

function missing(under: string, name: string): UnusableKafkaSettings {
  return new UnusableKafkaSettings(`${under} needs ${name}, which is not set.`);
}

function names(beginning: string): Name[] {
  return (Object.keys(kafkaVariables) as Name[]).filter((name) => name.startsWith(beginning));
}
