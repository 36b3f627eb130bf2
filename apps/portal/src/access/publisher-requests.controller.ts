/** Who asks to be a publisher, for operators, who decide. */
import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import {
  PublisherApproval,
  PublisherFacts,
  PublisherRefusal,
  PublisherRequests as Requests,
} from '@leads/contracts/portal-api';
import { OutboxRelay } from '@leads/database';
import { Answers, CheckedBody, errorsOf, IdParam, type Issues, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Credentials } from '../credentials-api/credentials.ts';
import { adds, Audited } from './audited.ts';
import type { PortalTables } from '../tables.ts';
import { type Decided, PublisherRequests } from './publisher-requests.ts';
import { Publishers } from './publishers.ts';
import { Allow } from './viewer.ts';

const DirectoryId = (): ParameterDecorator => IdParam('directoryId', () => undecidable('gone'));

@Controller('api/publisher-requests')
@Allow('operator')
export class PublisherRequestsController {
  constructor(
    private readonly requests: PublisherRequests,
    private readonly publishers: Publishers,
    private readonly credentials: Credentials,
    private readonly relay: OutboxRelay<PortalTables>,
  ) {}

  @Get()
  @Answers('Who asks to be a publisher and waits, the oldest first.', Requests)
  async list(): Promise<Requests> {
    return { requests: await this.requests.waiting() };
  }

  @Post(':directoryId/approve')
  @HttpCode(200)
  @Audited('approved the publisher', 'directoryId')
  @Answers('Makes the publisher, as it was asked for and read.', PublisherFacts)
  async approve(
    @DirectoryId() directoryId: string,
    @Req() request: FastifyRequest,
    @CheckedBody(PublisherApproval, notAccepted) seen: PublisherApproval,
  ): Promise<PublisherFacts> {
    // Whoever is approved sees what is under the id: what others have there is not given away with a click.
    const isInUse =
      (await this.publishers.haveConnections(seen.id)) || (await this.credentials.hasConnectionsOf(seen.id));
    if (isInUse) throw undecidable('id');
    const decided = await this.requests.approve(directoryId, seen);
    if (!decided.ok) throw undecidable(decided.why);
    this.relay.wake();
    adds(request, { of: { publisherId: decided.publisher.id }, details: { domains: seen.domains ?? [] } });
    return decided.publisher;
  }

  @Post(':directoryId/refuse')
  @HttpCode(204)
  @Audited('refused the publisher', 'directoryId')
  @Answers('Refuses, for a reason that its people read.', 'nothing')
  async refuse(
    @DirectoryId() directoryId: string,
    @Req() request: FastifyRequest,
    @CheckedBody(PublisherRefusal, notAccepted) { reason }: PublisherRefusal,
  ): Promise<void> {
    if (!(await this.requests.refuse(directoryId, reason))) throw undecidable('gone');
    adds(request, { details: { reason } });
  }
}

function notAccepted(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'This is no decision',
    detail: 'Correct what is marked. Nothing was changed.',
    errors: errorsOf(issues),
  });
}

function undecidable(why: Extract<Decided, { ok: false }>['why']): ProblemError {
  if (why === 'gone') {
    return new ProblemError({
      status: 404,
      title: 'This request waits no more',
      detail: 'It has been decided, or there never was one. Nothing was changed. Reload the list.',
    });
  }
  const details = {
    changed:
      'Since you read it, its owner has asked for another ID or name. Reload the list and read it again.',
    id: 'Another publisher or a connection has this ID. Refuse the request, or, where you are sure that both are the same, register it with register-publisher.command.js (docs/portal.md).',
    directory: 'This directory acts for a publisher already. Refuse the request.',
  };
  return new ProblemError({
    status: 409,
    title: 'The publisher cannot be approved',
    detail: `${details[why]} Nothing was changed.`,
  });
}
