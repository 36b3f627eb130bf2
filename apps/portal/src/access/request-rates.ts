/** How often somebody may ask: by person once signed in, else by the address that asks. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MINUTE_MS } from '@leads/pacing';
import { ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { personOfSession } from './session.ts';

export interface RequestRates {
  /** Requests a minute of one person, whichever of their sessions they come with. */
  perPerson: number;
  /** Requests a minute of everybody together who has not signed in and comes from one address. */
  perSource: number;
}

/** What asks whether the portal runs is never refused. */
const PROBES = /^\/(?:health\/|metrics$)/;
/** Answers to links in mails are counted apart: a whole company's contacts may share an address with who signs in. */
const CONTACT_LINKS = /^\/api\/contact-confirmation(?:\/|$)/;
/** An owner of IPv6 addresses has at least so many bits of them to themselves. */
const IPV6_PREFIX = 64;

/**
 * Limits what each route that is registered after this answers, on this instance: several instances let through
 * as many times more. Comes after the session, by which people are known.
 */
export async function limitRequests(app: NestFastifyApplication, rates: RequestRates): Promise<void> {
  await app.register(rateLimit, {
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => {
      const person = personOfSession(request);
      const apart = CONTACT_LINKS.test(request.routeOptions.url ?? '') ? 'links of ' : '';
      return person === undefined
        ? `${apart}source ${normalizeIP(request.ip, IPV6_PREFIX)}`
        : `person ${person.directoryId} ${person.userId}`;
    },
    max: (_request, key) => (key.startsWith('person ') ? rates.perPerson : rates.perSource),
    allowList: (request: FastifyRequest) => PROBES.test(request.routeOptions.url ?? ''),
    errorResponseBuilder: (request, { max, ttl }) => tooMany(request, max, Math.ceil(ttl / 1_000)),
  });
}

function tooMany(request: FastifyRequest, max: number, seconds: number): ProblemError {
  const whose =
    personOfSession(request) === undefined
      ? 'one address can send without signing in'
      : 'one person can send';
  return new ProblemError(
    {
      status: 429,
      title: 'Too many requests',
      detail: `This is more than the ${max} requests a minute that ${whose}. Nothing was changed. Go on in ${seconds} s.`,
    },
    { 'retry-after': String(seconds) },
  );
}
