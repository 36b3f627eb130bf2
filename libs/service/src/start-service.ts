/** The start that every service shares: HTTP first, then consumers and relay, an orderly end on SIGTERM. */
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import type { KafkaTransport } from '@leads/kafka';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { collectDefaultMetrics, register } from 'prom-client';
import { endOnUncaught } from './end-on-uncaught.ts';
import { followClock } from './follow-clock.ts';
import { serveHealthApart } from './health-port.ts';
import { answerClientError, answerClientErrors } from './http/client-errors.ts';
import { refuseHeads } from './http/refuse-heads.ts';
import { endUnreadAnswers, requestLimits } from './http/request-limits.ts';
import { traceRequest, traceRequests } from './http/trace.ts';
import { type Logger, nestLogger } from './log.ts';
import { refuseUnstorable } from './http/unstorable.ts';
import { NOTHING_HERE, ProblemFilter, sendProblem } from './problem.ts';
import { PutBack } from './put-back/put-back.ts';
import { measureOutbox } from './outbox-metrics.ts';
import type { ServiceTables } from './service-providers.ts';
import { LOG, SETTINGS, TRANSPORTS } from './service-tokens.ts';
import type { ServiceSettings } from './settings.ts';

export interface StartOptions {
  /** Called before the service listens, for what is particular to it. */
  prepare?: (app: NestFastifyApplication) => void | Promise<void>;
  /**
   * How many proxies of one's own all requests come through: the last so many entries of X-Forwarded-For and its like
   * are believed, and nothing that clients put before them. None unless told.
   */
  trustedProxies?: (app: NestFastifyApplication) => number;
  /** Addresses are found in any case, parameters apart, and with slashes too many: who posts may be nobody to correct. */
  hasLenientAddresses?: boolean;
  /** Whether each request has a trace id, which its answer says. */
  hasTraces?: boolean;
  /** How long a client has for its whole request, in milliseconds; see {@link requestLimits}. */
  requestTimeoutMs?: number;
}

/**
 * So many connections may wait until they are taken, which the system may lower: one more has to come again a second
 * later, or three, or seven. Thousands that are opened in one moment keep no other out so.
 */
const BACKLOG = 4_096;

const LENIENT_ADDRESSES = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false };

/** Starts a service whose root module imports `ServiceModule.forService(…)`. */
export async function startService(
  module: Type,
  options: StartOptions = {},
): Promise<NestFastifyApplication> {
  let trustedProxies = 0;
  const adapter = new FastifyAdapter({
    ...requestLimits(options.requestTimeoutMs),
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
    ...(options.hasLenientAddresses === true && { routerOptions: LENIENT_ADDRESSES }),
    // Fastify asks at each request, by when the settings have been read.
    trustProxy: (_address: string, hop: number) => hop < trustedProxies,
    // What cannot be an address is not repeated in the answer: it can hold a key.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      if (options.hasTraces === true) traceRequest(request, reply);
      sendProblem(reply, NOTHING_HERE);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  trustedProxies = options.trustedProxies?.(app) ?? 0;
  const log = app.get<Logger>(LOG);
  endOnUncaught({ log, close: () => app.close() });
  collectDefaultMetrics();
  measureOutbox(app.get<Kysely<ServiceTables>>(Kysely), log, register);
  const clock = await followClock(app.get(DatabaseClock), log, register);
  const settings = app.get<ServiceSettings>(SETTINGS);
  app.useLogger(nestLogger(log));
  app.useGlobalFilters(new ProblemFilter(log));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onClose', () => clock.stop());
  if (options.hasTraces === true) traceRequests(fastify);
  answerClientErrors(fastify);
  endUnreadAnswers(fastify);
  refuseHeads(fastify);
  refuseUnstorable(fastify);
  app.enableShutdownHooks();
  await options.prepare?.(app);
  for (const strategy of app.get<KafkaTransport[]>(TRANSPORTS)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  }
  if (settings.HEALTH_PORT !== undefined) {
    await app.init();
    const health = await serveHealthApart(fastify, settings.HEALTH_PORT, settings.HTTP_HOST);
    log.info({ health }, 'health and metrics are at a port of their own');
  }
  await app.listen({ port: settings.HTTP_PORT, host: settings.HTTP_HOST, backlog: BACKLOG });
  app.get(OutboxRelay).start();
  log.info({ address: await app.getUrl() }, 'listening');
  await app.startAllMicroservices();
  app.get(PutBack).start();
  return app;
}
