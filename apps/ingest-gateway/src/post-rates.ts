/** How often somebody may post: one lead address, and one source that guesses at addresses. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { HttpAdapterHost } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MINUTE_MS } from '@leads/pacing';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressKeyHash } from './fingerprint.ts';
import { tooManyGuesses, tooManyPosts } from './refusals.ts';

/** An owner of IPv6 addresses has at least so many bits of them to themselves. */
export const IPV6_PREFIX = 64;

/** Makes rates known to the application; called before it listens. */
export async function knowRates(app: NestFastifyApplication): Promise<void> {
  await app.register(rateLimit, { global: false });
}

export interface Rates {
  /** Posts a minute to one address. */
  perAddress: number;
  /** Requests a minute from one source to addresses that nobody has. */
  unknownPerSource: number;
}

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

/** Counted in each instance by itself: several let through as many times more. */
export class PostRates {
  private limits: { ofAddress: Limit; ofGuesses: Limit } | undefined;

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

  private known(): { ofAddress: Limit; ofGuesses: Limit } {
    if (this.limits) return this.limits;
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    const timeWindow = MINUTE_MS;
    this.limits = {
      ofAddress: fastify.createRateLimit({
        ...{ timeWindow, max: this.rates.perAddress },
        keyGenerator: ({ params }) => addressKeyHash((params as { addressKey: string }).addressKey),
      }),
      ofGuesses: fastify.createRateLimit({
        ...{ timeWindow, max: this.rates.unknownPerSource },
        keyGenerator: ({ ip }) => normalizeIP(ip, IPV6_PREFIX),
      }),
    };
    return this.limits;
  }
}

/** In seconds. */
function waitOf({ ttlInSeconds }: { ttlInSeconds: number }): number {
  return Math.max(1, ttlInSeconds);
}
