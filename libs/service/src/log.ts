/** Structured logs: one JSON line an event, through pino; Nest's own messages take the same way. */
import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';

export type { Logger } from 'pino';

// What must never be read in a log, should somebody log an object that holds it.
const SECRET_FIELDS = new Set([
  'clientSecret',
  'password',
  'secret',
  'accessToken',
  'addressKey',
  'leadAddress',
  'authorization',
  'masterKey',
]);

/** So many levels of a logged object are looked through for them. */
const LEVELS = 3;

/** Makes a service's logger; every line names the service and the instance. */
export function createLog(
  options: { service: string; instance: string; level: string },
  destination: DestinationStream = standardOutput(),
): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: { service: options.service, instance: options.instance },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => withoutSecrets(fields, LEVELS) as Record<string, unknown>,
    },
    serializers: { err: (shown: unknown) => shown },
  };
  return pino(settings, destination);
}

/**
 * Lines that come of one thing, such as a commit that many waited for, are written together, before anything else is
 * heard of: what ends the process in good order, or by an error, comes after.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: MOST_TOGETHER });
  let isDue = false;
  const flushSync = (): void => {
    isDue = false;
    output.flushSync();
  };
  process.on('exit', flushSync);
  const write = (line: string): void => {
    output.write(line);
    if (isDue) return;
    isDue = true;
    queueMicrotask(flushSync);
  };
  // pino calls this after what is fatal.
  return Object.assign({ write }, { flushSync });
}

/** In bytes. */
const MOST_TOGETHER = 8 * 1024;

/** A value to be logged; the object itself where nothing of it is secret, so that most lines cost nothing. Pure. */
function withoutSecrets(value: unknown, levels: number): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return withoutSecrets(stdSerializers.err(value), levels);
  const changed = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const shown = SECRET_FIELDS.has(name) ? '[secret]' : withoutSecrets(inner, levels - 1);
    if (shown !== inner) changed.set(name, shown);
  }
  if (changed.size === 0) return value;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  return Object.assign(copy, Object.fromEntries(changed));
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
