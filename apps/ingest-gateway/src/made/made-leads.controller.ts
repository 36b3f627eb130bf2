/** Leads that people have made of leads, over HTTP for the portal alone. */
import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { LeadMaking, MadeLead } from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { Answers, CallerGuard, CheckedBody, errorsOf, type Issues, ProblemError } from '@leads/service';
import { Kysely } from 'kysely';
import type { GatewayTables } from '../tables.ts';
import { makeLead } from './make-lead.ts';

@Controller('api/made-leads')
@UseGuards(CallerGuard)
export class MadeLeadsController {
  constructor(
    private readonly database: Kysely<GatewayTables>,
    private readonly relay: OutboxRelay<GatewayTables>,
    private readonly clock: DatabaseClock,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers('Makes a lead of a repeat, or of a lead whose connection was deleted, once.', MadeLead)
  async make(@CheckedBody(LeadMaking, notUsable) making: LeadMaking): Promise<MadeLead> {
    const made = await makeLead(this.database, making, this.clock.date());
    if (!made) throw noConnection();
    this.relay.wake();
    return made;
  }
}

function noConnection(): ProblemError {
  return new ProblemError({
    status: 409,
    title: 'The offer takes no leads',
    detail:
      'The connection that the lead would go to has been deleted, or is not known yet. No lead was made. ' +
      'Choose another offer, or try again in a moment where this one is new.',
  });
}

function notUsable(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'The request is not usable',
    detail: 'Some of it is not as it should be; each part is named below. No lead was made.',
    errors: errorsOf(issues),
  });
}
