/** Publishers and the domains whose addresses count as their own, for operators, who set them. */
import { Controller, Get, Put, Req } from '@nestjs/common';
import {
  ApprovedPublisher,
  ApprovedPublishers,
  PublisherDomainsChoice,
  PublisherRegistration,
} from '@leads/contracts/portal-api';
import { OutboxRelay } from '@leads/database';
import { Answers, CheckedBody, CheckedParam, errorsOf, type Issues, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { PortalTables } from '../tables.ts';
import { adds, Audited } from './audited.ts';
import { Publishers } from './publishers.ts';
import { Allow } from './viewer.ts';

@Controller('api/publishers')
@Allow('operator')
export class PublisherDomainsController {
  constructor(
    private readonly publishers: Publishers,
    private readonly relay: OutboxRelay<PortalTables>,
  ) {}

  @Get()
  @Answers('Every publisher with the domains of its own.', ApprovedPublishers)
  async list(): Promise<ApprovedPublishers> {
    return { publishers: await this.publishers.list() };
  }

  @Put(':publisherId/domains')
  @Audited('changed the mail domains', 'publisherId')
  @Answers('Sets the domains whose addresses get mails about leads at once.', ApprovedPublisher)
  async set(
    @CheckedParam('publisherId', PublisherRegistration.shape.id, noPublisher) publisherId: string,
    @Req() request: FastifyRequest,
    @CheckedBody(PublisherDomainsChoice, notAccepted) { domains }: PublisherDomainsChoice,
  ): Promise<ApprovedPublisher> {
    const publisher = await this.publishers.setDomains(publisherId, domains);
    if (!publisher) throw noPublisher();
    this.relay.wake();
    adds(request, { of: { publisherId }, details: { domains: publisher.domains } });
    return publisher;
  }
}

function notAccepted(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'These domains cannot be set',
    detail: 'Correct what is marked. Nothing was changed.',
    errors: errorsOf(issues),
  });
}

function noPublisher(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such publisher',
    detail: 'There is no publisher with this ID. Nothing was changed. Reload the list.',
  });
}
