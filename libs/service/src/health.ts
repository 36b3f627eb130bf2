/** Health and metrics over HTTP, the same in every service. */
import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { register } from 'prom-client';

/** One thing a service cannot work without. Resolves when it is there, throws with the reason when not. */
export interface ReadinessCheck {
  name: string;
  check: () => Promise<void>;
}

export const READINESS_CHECKS = Symbol('readiness checks');

/** A check that has not answered by then counts as failed. */
const CHECK_TIMEOUT_MS = 2_000;

@Controller()
export class HealthController {
  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessCheck[]) {}

  /** The process runs: says nothing of what it depends on, so that an outage elsewhere restarts nobody. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Every check passes, or 503 with the names of those that do not and why. */
  @Get('health/ready')
  async ready(): Promise<{ status: 'ready' }> {
    const answers = await Promise.all(this.checks.map((check) => run(check)));
    const waitingFor = answers.filter((answer) => answer !== undefined);
    if (waitingFor.length > 0) throw new ServiceUnavailableException({ status: 'waiting', waitingFor });
    return { status: 'ready' };
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}

async function run({ name, check }: ReadinessCheck): Promise<{ name: string; why: string } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return undefined;
  } catch (error) {
    return { name, why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
