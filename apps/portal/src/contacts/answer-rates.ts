/** How often one contact may answer: their link is good for two weeks, and each other answer is an event. */
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HOUR_MS } from '@leads/pacing';
import { ProblemError } from '@leads/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';

/** More than anybody changes their mind. */
export const ANSWERS_PER_HOUR = 10;

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

/** Counted in each instance by itself: several let through as many times more. */
@Injectable()
export class AnswerRates {
  private limit: Limit | undefined;

  constructor(private readonly http: HttpAdapterHost) {}

  /**
   * An answer has come by a link whose token was checked.
   * @throws a refusal where the contact has given too many
   */
  async answers(request: FastifyRequest): Promise<void> {
    this.limit ??= this.http.httpAdapter.getInstance<FastifyInstance>().createRateLimit({
      ...{ timeWindow: HOUR_MS, max: ANSWERS_PER_HOUR },
      keyGenerator: ({ body }) => decodeJwt((body as { token: string }).token).sub ?? '',
    });
    const asked = await this.limit(request);
    if (asked.isAllowed || !asked.isExceeded) return;
    const minutes = Math.ceil(asked.ttlInSeconds / 60);
    throw new ProblemError(
      {
        status: 429,
        title: 'Too many answers',
        detail: `By this link ${ANSWERS_PER_HOUR} answers were given within an hour. The newest of them counts; this one changed nothing. Go on in ${minutes} min.`,
      },
      { 'retry-after': String(asked.ttlInSeconds) },
    );
  }
}
