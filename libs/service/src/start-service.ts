/** The start that every service shares: HTTP first, then consumers and relay, an orderly end on SIGTERM. */
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OutboxRelay } from '@leads/database';
import type { KafkaTransport } from '@leads/kafka';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';
import { type Logger, nestLogger } from './log.ts';
import { NOTHING_HERE, ProblemFilter, sendProblem } from './problem.ts';
import {
  LOG,
  RELAY,
  SERVICE,
  type ServiceOptions,
  type ServiceTables,
  TRANSPORTS,
} from './service.module.ts';

/** How long a body may be where a service does not say otherwise, in bytes. */
const BODY_LIMIT = 1024 * 1024;

export interface StartOptions {
  /** Called before the service listens, for what is particular to it. */
  prepare?: (app: NestFastifyApplication) => void | Promise<void>;
  /** Whether X-Forwarded-Proto and its like are believed: only where all requests come through a proxy of one's own. */
  trustProxy?: boolean;
}

/** Starts a service whose root module imports `ServiceModule.forService(…)`. */
export async function startService(
  module: Type,
  options: StartOptions = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    trustProxy: options.trustProxy ?? false,
    // What cannot be an address is not repeated in the answer: it can hold a key.
    frameworkErrors: (_error: unknown, _request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, NOTHING_HERE),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  const log = app.get<Logger>(LOG);
  collectDefaultMetrics();
  const { settings } = app.get<ServiceOptions>(SERVICE);
  app.useLogger(nestLogger(log));
  app.useGlobalFilters(new ProblemFilter(log));
  app.enableShutdownHooks();
  await options.prepare?.(app);
  for (const strategy of app.get<KafkaTransport[]>(TRANSPORTS)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  }
  await app.listen(settings.HTTP_PORT, settings.HTTP_HOST);
  app.get<OutboxRelay<ServiceTables>>(RELAY).start();
  log.info({ address: await app.getUrl() }, 'listening');
  await app.startAllMicroservices();
  return app;
}
