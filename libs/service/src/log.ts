/** Structured logs: one JSON line an event, through pino; Nest's own messages take the same way. */
import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';

export type { Logger } from 'pino';

// What must never be read in a log, should somebody log an object that holds it.
const SECRET_FIELDS = [
  'clientSecret',
  'password',
  'secret',
  'accessToken',
  'addressKey',
  'leadAddress',
  'authorization',
  'masterKey',
];

/** Makes a service's logger; every line names the service and the instance. */
export function createLog(
  options: { service: string; instance: string; level: string },
  destination: DestinationStream = pino.destination(1),
): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: { service: options.service, instance: options.instance },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[secret]',
    },
    serializers: { error: stdSerializers.err },
  };
  return pino(settings, destination);
}

/** Lets Nest and the Kafka transport log through pino. */
export function nestLogger(log: Logger): LoggerService {
  const context = (parameters: unknown[]): { context?: unknown } => {
    const last = parameters.at(-1);
    return typeof last === 'string' ? { context: last } : {};
  };
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(context(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      log.error(
        { ...context(rest), ...(message instanceof Error ? { error: message } : {}) },
        String(message),
      ),
    debug: (message: unknown, ...rest: unknown[]) => log.trace(context(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => log.trace(context(rest), String(message)),
  };
}
