/** Who may use an API between services: the services that are named, by signed requests, and whoever has its key if it has one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Transform, pipeline } from 'node:stream';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ServiceName } from '@leads/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { ProblemError } from '../problem.ts';
import { LOG } from '../service-tokens.ts';
import { type CallerKeys, CLOCK_TOLERANCE_MS, digestOf, SCHEME, verifyRequest } from './signed-requests.ts';

/** The token under which {@link Callers} are provided. */
export const CALLERS = Symbol('callers');

export interface Callers {
  /** The service that is called. */
  to: ServiceName;
  /** Those that may call it. */
  from: readonly ServiceName[];
  keys: CallerKeys;
  /** The routes that are for callers, where others read their bodies themselves; all without it. */
  paths?: RegExp;
  /** What people's scripts come with in place of a signature; without it they are not let in. */
  apiKey?: string | undefined;
  /** Whether it is the first time, in any instance, that this nonce comes. */
  useOnce: (nonce: string) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

const NOTHING = digestOf('');

@Injectable()
export class CallerGuard implements CanActivate, OnModuleInit {
  constructor(
    @Inject(CALLERS) private readonly callers: Callers,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn'>,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    digestBodies(this.host.httpAdapter.getInstance<FastifyInstance>(), this.callers.paths);
  }

  /** @throws ProblemError 401 in words, which say so where it is the clocks that differ */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization = '' } = request.headers;
    const { apiKey, useOnce, now, ...who } = this.callers;
    if (apiKey !== undefined && carriesKey(authorization, apiKey)) return true;
    const parts = {
      method: request.method,
      target: request.originalUrl,
      headers: request.headers,
      bodyDigest: digests.get(request) ?? NOTHING,
    };
    const verified = await verifyRequest(authorization, parts, { ...who, now: now() });
    if (verified.kind === 'signed' && (await useOnce(verified.nonce))) return true;
    if (verified.kind === 'clock') {
      const { caller, apartSeconds } = verified;
      this.log.warn(
        { caller, apartSeconds },
        'a request was refused for its clock: have both machines set theirs',
      );
      throw clocksDiffer(caller, apartSeconds);
    }
    if (authorization.startsWith(`${SCHEME} `)) {
      const caller = verified.kind === 'signed' ? verified.caller : undefined;
      this.log.warn({ caller }, 'a request was refused for its signature, or came a second time');
    }
    throw notSignedIn(apiKey !== undefined);
  }
}

/** What came as the body of a request that is said to be signed. */
const digests = new WeakMap<FastifyRequest, string>();
const digesting = new WeakSet<FastifyInstance>();

/** A body is gone once it is read: its digest is made on the way. What is not read has none, and counts as nothing. */
function digestBodies(fastify: FastifyInstance, paths = /^/): void {
  if (digesting.has(fastify)) return;
  digesting.add(fastify);
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const isSigned = request.headers.authorization?.startsWith(`${SCHEME} `) === true;
    if (!isSigned || !paths.test(request.routeOptions.url ?? '')) return done(null, payload);
    const hash = createHash('sha256');
    const through = new Transform({
      transform: (chunk: Buffer, _encoding, next) => {
        hash.update(chunk);
        next(null, chunk);
      },
      flush: (next) => {
        digests.set(request, hash.digest('base64url'));
        next();
      },
    });
    // A body that breaks off is Fastify's to answer: it reads what comes through.
    pipeline(payload, through, () => undefined);
    done(null, through);
  });
}

/** Whether a header carries the key; takes the same time for every wrong one. */
function carriesKey(header: string, key: string): boolean {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}

function clocksDiffer(caller: string, apartSeconds: number): ProblemError {
  const how = `${Math.abs(apartSeconds)} s ${apartSeconds > 0 ? 'ahead of' : 'behind'}`;
  return new ProblemError(
    {
      status: 401,
      title: 'The clocks differ',
      detail: `By the clock of ${caller} this request was signed ${how} the clock here; up to ${CLOCK_TOLERANCE_MS / 1_000} s are permitted. Nothing was changed. Have the clocks of both machines set, and send it again.`,
    },
    { 'www-authenticate': `${SCHEME} realm="leads", error="clock"` },
  );
}

function notSignedIn(hasKey: boolean): ProblemError {
  const byKey = hasKey ? ' or send the API key with the header "Authorization: Bearer <API key>"' : '';
  return new ProblemError(
    {
      status: 401,
      title: 'Not signed in',
      detail: `The request is not signed by a service that may call here, was changed on its way, or came a second time${hasKey ? ', and it carries no valid API key' : ''}. Nothing was changed. Sign it anew with a key that is registered here${byKey}.`,
    },
    {
      'www-authenticate': hasKey
        ? `${SCHEME} realm="leads", Bearer realm="leads"`
        : `${SCHEME} realm="leads"`,
    },
  );
}
