/** The Kafka client as this project uses it. */
import type { LoggerService } from '@nestjs/common';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { brokerTokens } from './client-credentials.ts';
import type { KafkaLogin, KafkaSettings, KafkaTls } from './settings.ts';

/** The client complains at every attempt to reconnect: the same line is logged at most this often. */
const SAME_LINE_MS = 60_000;

/** What of the client's log fields is worth a line, and can hold no part of a record. */
const SHOWN_FIELDS = ['groupId', 'topic', 'partition', 'broker', 'error'] as const;

/**
 * A client whose warnings and errors go to the given log, never with payloads. Without a log it is silent,
 * which is right only where every failure reaches a caller.
 */
export function createClient(settings: KafkaSettings, log?: Pick<LoggerService, 'warn'>): Kafka {
  return new kafkajs.Kafka({
    brokers: settings.brokers,
    clientId: settings.clientId,
    ...(settings.tls && { ssl: tlsOptions(settings.tls) }),
    ...(settings.login && { sasl: saslOptions(settings.login) }),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    // Spelt out, because the client has others of its own under NODE_ENV=test.
    retry: { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 2_000, retries: 5 },
    logLevel: log ? kafkajs.logLevel.WARN : kafkajs.logLevel.NOTHING,
    logCreator: () => (log ? writeTo(log) : () => undefined),
  });
}

function tlsOptions({ ca, client }: KafkaTls): NonNullable<KafkaConfig['ssl']> {
  return {
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca: [ca] }),
    ...(client && { cert: client.certificate, key: client.key }),
  };
}

function saslOptions(login: KafkaLogin): SASLOptions {
  if (login.mechanism !== 'oauthbearer') return login;
  const tokenOf = brokerTokens(login);
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await tokenOf() }),
  };
}

function writeTo(log: Pick<LoggerService, 'warn'>): (entry: LogEntry) => void {
  const lastLogged = new Map<string, number>();
  return (entry) => {
    const line = describeLogEntry(entry);
    const now = performance.now();
    if (now - (lastLogged.get(line) ?? -Infinity) < SAME_LINE_MS) return;
    if (lastLogged.size > 1_000) lastLogged.clear();
    lastLogged.set(line, now);
    log.warn(line);
  };
}

/** A line of the client's log in one sentence. */
export function describeLogEntry({ namespace, log }: LogEntry): string {
  const fields = SHOWN_FIELDS.flatMap((name) => {
    const value: unknown = log[name];
    if (value instanceof Error) return [`${name}=${value.message}`];
    return typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [];
  });
  return [`kafkajs ${namespace}: ${log.message}`, ...fields].join(' ');
}
