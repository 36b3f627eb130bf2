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
import { MINUTE_MS, toldTogether } from '@leads/pacing';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { ProblemError, sendProblem } from '../problem.ts';
import { LOG } from '../service-tokens.ts';
import {
  type CallerKeys,
  CLOCK_TOLERANCE_MS,
  digestOf,
  isSameDigest,
  SCHEME,
  verifyHead,
  type VerifiedHead,
} from './signed-requests.ts';

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
  /** Told of each request that nobody known has signed. @throws ProblemError to answer with that instead */
  onRefused?: (request: FastifyRequest) => Promise<void>;
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
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    if (guarded.has(fastify)) return;
    guarded.add(fastify);
    this.judgeHeads(fastify);
    this.digestBodies(fastify);
  }

  /** @throws ProblemError 401 in words, which say so where it is the clocks that differ */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const head = heads.get(request) ?? (await this.letIn(request));
    if (head.kind === 'key') return true;
    const isWhole = isSameDigest(digests.get(request) ?? NOTHING, head.bodyDigest);
    if (isWhole && (await this.callers.useOnce(head.nonce))) return true;
    return this.refuse(request, head.caller);
  }

  /** Has nothing of a body read before it is known who sends it: strangers could have any amount of it parsed. */
  private judgeHeads(fastify: FastifyInstance): void {
    const { paths = /^/ } = this.callers;
    fastify.addHook('onRequest', async (request, reply) => {
      if (!hasBody(request) || !paths.test(request.routeOptions.url ?? '')) return;
      try {
        heads.set(request, await this.letIn(request));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        // A caller whose clock is wrong is known, and is to read so: its line is not cut.
        const end = error instanceof ClocksDiffer ? {} : { connection: 'close' };
        sendProblem(reply, error.problem, { ...error.headers, ...end });
        await reply;
      }
    });
  }

  /**
   * A body is gone once it is read: its digest is made on the way, and what is not as it was signed is not parsed. What is
   * not read has no digest, and counts as nothing.
   */
  private digestBodies(fastify: FastifyInstance): void {
    fastify.addHook('preParsing', (request, _reply, payload, done) => {
      const head = heads.get(request);
      if (head?.kind !== 'signed') return done(null, payload);
      const hash = createHash('sha256');
      const through = new Transform({
        transform: (chunk: Buffer, _encoding, next) => {
          hash.update(chunk);
          next(null, chunk);
        },
        flush: (next) => {
          const digest = hash.digest('base64url');
          digests.set(request, digest);
          if (isSameDigest(digest, head.bodyDigest)) next();
          else this.refuse(request, head.caller).catch(next);
        },
      });
      // A body that breaks off is Fastify's to answer: it reads what comes through.
      pipeline(payload, through, () => undefined);
      done(null, through);
    });
  }

  /** Judges all of a request but its body. @throws ProblemError where it is refused by that */
  private async letIn(request: FastifyRequest): Promise<LetIn> {
    const { authorization = '' } = request.headers;
    const { apiKey, now, ...who } = this.callers;
    if (apiKey !== undefined && carriesKey(authorization, apiKey)) return { kind: 'key' };
    const { method, originalUrl: target, headers } = request;
    const verified = await verifyHead(authorization, { method, target, headers }, { ...who, now: now() });
    if (verified.kind === 'signed') return verified;
    if (verified.kind === 'refused') return this.refuse(request);
    this.tellOfClock(verified);
    throw new ClocksDiffer(verified);
  }

  private async refuse(request: FastifyRequest, caller?: string): Promise<never> {
    if (request.headers.authorization?.startsWith(`${SCHEME} `) === true) this.tellOfSignature(caller);
    await this.callers.onRefused?.(request);
    throw notSignedIn(this.callers.apiKey !== undefined);
  }

  private readonly tellOfClock = toldTogether<ClockApart>(
    (count, { caller, apartSeconds }) =>
      this.log.warn(
        { caller, apartSeconds, count },
        'requests were refused for their clock: have both machines set theirs',
      ),
    MINUTE_MS,
    () => this.callers.now(),
  );

  private readonly tellOfSignature = toldTogether<string | undefined>(
    (count, caller) =>
      this.log.warn({ caller, count }, 'requests were refused for their signature, or came a second time'),
    MINUTE_MS,
    () => this.callers.now(),
  );
}

type ClockApart = Extract<VerifiedHead, { kind: 'clock' }>;

/** By what a request was let in as far as its head goes. */
type LetIn = Extract<VerifiedHead, { kind: 'signed' }> | { kind: 'key' };

/** Those whose requests are judged and digested already: each controller has a guard of its own. */
const guarded = new WeakSet<FastifyInstance>();
const heads = new WeakMap<FastifyRequest, LetIn>();
/** What came as the body of a request that is signed. */
const digests = new WeakMap<FastifyRequest, string>();

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Whether a header carries the key; takes the same time for every wrong one. */
function carriesKey(header: string, key: string): boolean {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}

/** The refusal of a caller that is known, for its clock. */
class ClocksDiffer extends ProblemError {
  constructor({ caller, apartSeconds }: ClockApart) {
    const how = `${Math.abs(apartSeconds)} s ${apartSeconds > 0 ? 'ahead of' : 'behind'}`;
    super(
      {
        status: 401,
        title: 'The clocks differ',
        detail: `By the clock of ${caller} this request was signed ${how} the clock here; up to ${CLOCK_TOLERANCE_MS / 1_000} s are permitted. Nothing was changed. Have the clocks of both machines set, and send it again.`,
      },
      { 'www-authenticate': `${SCHEME} realm="leads", error="clock"` },
    );
  }
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
