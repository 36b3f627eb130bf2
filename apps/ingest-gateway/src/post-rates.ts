/** How often somebody may post: one lead address, and one source that guesses at addresses. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { HttpAdapterHost } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MINUTE_MS } from '@leads/pacing';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressKeyHash } from './fingerprint.ts';
import { tooManyGuesses, tooManyPosts, tooManyUnsigned } from './refusals.ts';

/** An owner of IPv6 addresses has at least so many bits of them to themselves. */
export const IPV6_PREFIX = 64;

/** Makes rates known to the application; called before it listens. */
export async function knowRates(app: NestFastifyApplication): Promise<void> {
  await app.register(rateLimit, { global: false });
}

export interface Rates {
  /** Posts a minute to one address. */
  perAddress: number;
  /** Requests a minute from one source to addresses that nobody has, and as many that no known service has signed. */
  unknownPerSource: number;
}

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

/** Counted in each instance by itself: several let through as many times more. */
export class PostRates {
  private limits: Record<'ofAddress' | 'ofGuesses' | 'ofUnsigned', Limit> | undefined;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly rates: Rates,
  ) {}

  /** A request came to an address that nobody has. @throws a refusal where its source has guessed too often */
  async guessedWrong(request: FastifyRequest): Promise<void> {
    const asked = await this.known().ofGuesses(request);
    if (!asked.isAllowed && asked.isExceeded) throw tooManyGuesses(waitOf(asked));
  }

  /** A lead is posted to a known address. @throws a refusal where too many are */
  async posts(request: FastifyRequest): Promise<void> {
    const asked = await this.known().ofAddress(request);
    if (!asked.isAllowed && asked.isExceeded) throw tooManyPosts(waitOf(asked));
  }

  /** A request between services is nobody's. @throws a refusal where its source has sent too many */
  async unsigned(request: FastifyRequest): Promise<void> {
    const asked = await this.known().ofUnsigned(request);
    if (!asked.isAllowed && asked.isExceeded) throw tooManyUnsigned(waitOf(asked));
  }

  private known(): NonNullable<typeof this.limits> {
    if (this.limits) return this.limits;
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    const timeWindow = MINUTE_MS;
    const ofSource = {
      ...{ timeWindow, max: this.rates.unknownPerSource },
      keyGenerator: ({ ip }: FastifyRequest) => normalizeIP(ip, IPV6_PREFIX),
    };
    this.limits = {
      ofAddress: fastify.createRateLimit({
        ...{ timeWindow, max: this.rates.perAddress },
        keyGenerator: ({ params }) => addressKeyHash((params as { addressKey: string }).addressKey),
      }),
      ofGuesses: fastify.createRateLimit(ofSource),
      ofUnsigned: fastify.createRateLimit(ofSource),
    };
    return this.limits;
  }
}

/** In seconds. */
function waitOf({ ttlInSeconds }: { ttlInSeconds: number }): number {
  return Math.max(1, ttlInSeconds);
}
