/** The browser's walk to Microsoft's sign-in page and back, and out again. */
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { SignInProblem } from '@leads/contracts/portal-api';
import { DatabaseClock } from '@leads/database';
import { LOG, type Logger, SETTINGS } from '@leads/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import type { Settings } from '../config.ts';
import type { PortalTables } from '../tables.ts';
import { returnPath } from './return-path.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { beginSession, personOfSession } from './session.ts';
import { endOldestSessions } from './session-store.ts';
import { SignIn } from './sign-in.ts';
import type { SignInFailure } from './sign-in-problem.ts';
import { AllowAnybody, AllowSignedIn } from './viewer.ts';

@Controller()
export class SignInController {
  constructor(
    @Inject(SignIn) private readonly signIn: SignIn,
    private readonly pendingSignIns: PendingSignIns,
    private readonly database: Kysely<PortalTables>,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'PERSON_SESSIONS'>,
    @Inject(LOG) private readonly log: Logger,
    private readonly clock: DatabaseClock,
  ) {}

  @Get('sign-in')
  @AllowAnybody()
  async begin(
    @Query('return') wanted: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const returnTo = returnPath(typeof wanted === 'string' ? wanted : undefined);
    const begun = await this.signIn.begin(returnTo);
    if (!begun.ok) return this.endBadly(reply, begun.failure, returnTo);
    await this.pendingSignIns.keep(request, reply, begun.state, begun.pending);
    await reply.redirect(begun.url, 302);
  }

  /** Where Entra ID sends the browser: with a code, or with what went wrong. */
  @Get('auth/callback')
  @AllowAnybody()
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { search, searchParams } = new URL(request.url, 'http://here.invalid');
    const state = searchParams.get('state') ?? '';
    const pending = await this.pendingSignIns.take(request, reply, state);
    const ended = await this.signIn.finish(search, state, pending);
    if (!ended.ok) {
      // Opened a second time, or begun in two tabs: whoever is signed in has what they came for.
      const isIn = ended.failure.problem === 'expired' && personOfSession(request) !== undefined;
      if (isIn) return void (await reply.redirect(pending?.returnTo ?? '/', 302));
      return this.endBadly(reply, ended.failure, pending?.returnTo ?? '/');
    }
    await endOldestSessions(this.database, ended.person, this.settings.PERSON_SESSIONS);
    await beginSession(request, ended.person, this.clock.date());
    await reply.redirect(pending?.returnTo ?? '/', 302);
  }

  /** Ends the session here; at Microsoft the person stays signed in. */
  @Post('sign-out')
  @HttpCode(204)
  @AllowSignedIn()
  async end(@Req() request: FastifyRequest): Promise<void> {
    await request.session.destroy();
  }

  private async endBadly(reply: FastifyReply, failure: SignInFailure, returnTo: string): Promise<void> {
    const { problem, code } = failure;
    this.log.warn({ problem, code }, 'a sign-in failed');
    await reply.redirect(signedOutAddress(problem, returnTo), 302);
  }
}

/** The console's page that says what happened and what to do. */
function signedOutAddress(problem: SignInProblem, returnTo: string): string {
  return `/signed-out?${new URLSearchParams({ problem, return: returnTo }).toString()}`;
}
