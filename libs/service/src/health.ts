/** Health and metrics over HTTP, the same in every service. */
import { Controller, Get, Header, HttpException, HttpStatus, Inject } from '@nestjs/common';
import { SECOND_MS, within } from '@leads/pacing';
import { register } from 'prom-client';
import type { Logger } from './log.ts';
import { LOG } from './service-tokens.ts';

/** One thing a service works with. */
export interface ReadinessCheck {
  name: string;
  /**
   * Without it the service can do nothing for who asks it, and should not be asked. What is not needed makes it
   * degraded: all services lack it at once when it is away, and taking them all out would turn everybody away.
   */
  needed: boolean;
  /** What is amiss, for an answer that strangers may see: no host, no user, no words of a driver. */
  otherwise: string;
  /** Resolves when it is there; what it throws is logged, and an {@link AmissError} says what is amiss more closely. */
  check: () => Promise<void>;
}

/** A check does not pass, and knows why. */
export class AmissError extends Error {
  /** @param why what is amiss, for an answer that strangers may see */
  constructor(
    message: string,
    readonly why: string,
  ) {
    super(message);
  }
}

export const READINESS_CHECKS = Symbol('readiness checks');

/** A check that has not answered by then counts as failed. */
const CHECK_TIMEOUT_MS = 2 * SECOND_MS;

/** What is amiss, by name. */
interface Amiss {
  name: string;
  why: string;
}

@Controller()
export class HealthController {
  /** What the log has been told is amiss. */
  private readonly told = new Set<string>();

  constructor(
    @Inject(READINESS_CHECKS) private readonly checks: ReadinessCheck[],
    @Inject(LOG) private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {}

  /** The process runs: says nothing of what it depends on, so that an outage elsewhere restarts nobody. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /**
   * 200 where all that is needed is there, with what else is amiss as `degraded`; or 503 with what it is waiting for.
   */
  @Get('health/ready')
  async ready(): Promise<{ status: 'ready'; degraded?: Amiss[] }> {
    const whys = await Promise.all(this.checks.map((check) => this.isAmiss(check)));
    const amiss = (needed: boolean): Amiss[] =>
      this.checks.flatMap((check, index) => {
        const why = whys[index];
        return why !== undefined && check.needed === needed ? [{ name: check.name, why }] : [];
      });
    const [waitingFor, degraded] = [amiss(true), amiss(false)];
    const further = degraded.length > 0 ? { degraded } : {};
    if (waitingFor.length > 0) {
      throw new HttpException({ status: 'waiting', waitingFor, ...further }, HttpStatus.SERVICE_UNAVAILABLE);
    }
    return { status: 'ready', ...further };
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }

  /**
   * Tells the log once when it begins, with the error, and once when it is over.
   * @returns what is amiss; `undefined` where nothing is
   */
  private async isAmiss({ name, otherwise, check }: ReadinessCheck): Promise<string | undefined> {
    try {
      await within(CHECK_TIMEOUT_MS, check);
      if (this.told.delete(name)) this.log.info({ check: name }, 'a check of readiness passes again');
      return undefined;
    } catch (error) {
      if (!this.told.has(name)) this.log.warn({ check: name, error }, 'a check of readiness does not pass');
      this.told.add(name);
      return error instanceof AmissError ? error.why : otherwise;
    }
  }
}
