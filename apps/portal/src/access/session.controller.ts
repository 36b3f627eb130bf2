/** Who is signed in, and the one thing that an owner without a publisher can do: register theirs. */
import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { type PublisherFacts, PublisherRegistration, type Session } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { faultsOf } from '@leads/contracts/connection-details';
import { AUDIT_LOG, type AuditLog } from './audit-log.ts';
import { Audited } from './audited.ts';
import type { Person } from './person.ts';
import { PUBLISHERS, type Publishers } from './publishers.ts';
import { csrfTokenOf, personOfSession } from './session.ts';
import { AllowSignedIn, notSignedIn } from './viewer.ts';

export const KNOWN_CONNECTIONS = Symbol('known connections');

/** Whether a connection of this publisher exists, as the service that keeps them says. */
export type HasConnections = (publisherId: string) => Promise<boolean>;

@Controller('api')
@AllowSignedIn()
export class SessionController {
  constructor(
    @Inject(PUBLISHERS) private readonly publishers: Publishers,
    @Inject(AUDIT_LOG) private readonly audit: AuditLog,
    @Inject(KNOWN_CONNECTIONS) private readonly hasConnections: HasConnections,
  ) {}

  @Get('session')
  async read(@Req() request: FastifyRequest): Promise<Session> {
    const { userId, name, email, role, directoryId } = signedInPerson(request);
    const publisher = role === 'operator' ? undefined : await this.publishers.ofDirectory(directoryId);
    return {
      user: { id: userId, name, email },
      ...(role === undefined ? {} : { role }),
      directoryId,
      ...(publisher && role !== undefined ? { publisher } : {}),
      csrfToken: csrfTokenOf(request),
    };
  }

  @Post('publisher')
  @HttpCode(201)
  @Audited('registered the publisher')
  async register(@Body() body: unknown, @Req() request: FastifyRequest): Promise<PublisherFacts> {
    const person = signedInPerson(request);
    if (person.role !== 'owner') {
      await this.writeDown(person, undefined, 'refused');
      throw new ProblemError({
        status: 403,
        title: 'Not allowed',
        detail:
          'Only an owner (Publisher.Owner) of a directory can register its publisher. Nothing was changed. An administrator of your directory gives that role in the Microsoft Entra admin center under Enterprise applications > this application > Users and groups.',
      });
    }
    const wanted = PublisherRegistration.safeParse(body);
    if (!wanted.success) {
      throw new ProblemError({
        status: 422,
        title: 'The publisher cannot be registered',
        detail: 'Correct what is marked. Nothing was saved.',
        errors: faultsOf(wanted.error),
      });
    }
    if (await this.isInUse(wanted.data.id)) throw taken('id');
    const registered = await this.publishers.register(wanted.data, person.directoryId);
    if (!registered.ok) throw taken(registered.taken);
    await this.writeDown(person, registered.publisher.id, 'done');
    return registered.publisher;
  }

  /** Else whoever comes first could make another's connections theirs. */
  private async isInUse(id: string): Promise<boolean> {
    return (await this.publishers.haveConnections(id)) || (await this.hasConnections(id));
  }

  private writeDown(
    { email, role }: Person,
    publisherId: string | undefined,
    outcome: 'done' | 'refused',
  ): Promise<void> {
    const who = {
      email,
      ...(role === undefined ? {} : { role }),
      ...(publisherId === undefined ? {} : { publisherId }),
    };
    return this.audit.add({ who, what: 'registered the publisher', target: publisherId, outcome });
  }
}

function signedInPerson(request: FastifyRequest): Person {
  const person = personOfSession(request, new Date());
  if (!person) throw notSignedIn();
  return person;
}

function taken(what: 'id' | 'directory'): ProblemError {
  return new ProblemError({
    status: 409,
    title: what === 'id' ? 'This publisher ID is in use' : 'Your directory has a publisher already',
    detail:
      what === 'id'
        ? 'Nothing was saved. Check the ID in Partner Center; if it is yours, ask the operators to register it for your directory.'
        : 'Nothing was saved. Reload the page to go on with it.',
    ...(what === 'id' ? { errors: [{ pointer: '/id', detail: 'This publisher ID is in use.' }] } : {}),
  });
}
