/** Who is signed in, and the one thing that an owner without a publisher can do: ask for theirs. */
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  HttpCode,
  Post,
  Req,
} from '@nestjs/common';
import { PublisherRegistration, RegistrationState, Session } from '@leads/contracts/portal-api';
import { DatabaseClock } from '@leads/database';
import { MINUTE_MS } from '@leads/pacing';
import { Answers, CheckedBody, errorsOf, type Issues, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Credentials } from '../credentials-api/credentials.ts';
import { AuditLog } from './audit-log.ts';
import { Audited } from './audited.ts';
import type { Person } from './person.ts';
import { PublisherRequests } from './publisher-requests.ts';
import { Publishers } from './publishers.ts';
import { csrfTokenOf, personOfSession } from './session.ts';
import { AllowAnyOwner, AllowSignedIn, notSignedIn } from './viewer.ts';

/** A route's parameter: who is signed in, a {@link Person}. */
const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const person = personOfSession(context.switchToHttp().getRequest<FastifyRequest>());
  if (!person) throw notSignedIn();
  return person;
});

/** Somebody who asks again and again is one entry in so long. */
const ASKED_MS = 10 * MINUTE_MS;

@Controller('api')
@AllowSignedIn()
export class SessionController {
  constructor(
    private readonly publishers: Publishers,
    private readonly requests: PublisherRequests,
    private readonly audit: AuditLog,
    private readonly credentials: Credentials,
    private readonly clock: DatabaseClock,
  ) {}

  @Get('session')
  @Answers('Who is signed in.', Session)
  async read(
    @SignedIn() { userId, name, email, role, directoryId }: Person,
    @Req() request: FastifyRequest,
  ): Promise<Session> {
    const isPublishers = role === 'owner' || role === 'reader';
    const publisher = isPublishers ? await this.publishers.ofDirectory(directoryId) : undefined;
    const registration =
      isPublishers && !publisher ? await this.requests.ofDirectory(directoryId) : undefined;
    return {
      user: { id: userId, name, email },
      ...(role === undefined ? {} : { role }),
      directoryId,
      ...(publisher ? { publisher } : {}),
      ...(registration ? { registration } : {}),
      csrfToken: csrfTokenOf(request),
    };
  }

  @Post('publisher')
  @AllowAnyOwner()
  @HttpCode(202)
  @Answers('Asks to be the publisher of a directory; an operator decides.', RegistrationState)
  @Audited('asked to be the publisher')
  async register(
    @SignedIn() person: Person,
    @CheckedBody(PublisherRegistration, notAccepted) wanted: PublisherRegistration,
  ): Promise<RegistrationState> {
    if (await this.publishers.ofDirectory(person.directoryId)) throw taken('directory');
    if (await this.isInUse(wanted.id)) throw taken('id');
    const asked = await this.requests.ask(wanted, person, this.clock.date());
    // For the guard they act for nobody yet.
    const entry = { who: person, what: 'asked to be the publisher', target: wanted.id };
    await this.audit.addOften({ ...entry, outcome: 'done' }, ASKED_MS);
    return asked;
  }

  /** What is another's is not asked for. */
  private async isInUse(id: string): Promise<boolean> {
    if (await this.publishers.findAlike(id)) return true;
    return (await this.publishers.haveConnections(id)) || (await this.credentials.hasConnectionsOf(id));
  }
}

function notAccepted(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'The publisher cannot be registered',
    detail: 'Correct what is marked. Nothing was saved.',
    errors: errorsOf(issues),
  });
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
