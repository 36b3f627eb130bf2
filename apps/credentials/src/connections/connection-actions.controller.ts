/** What is done to a connection with one button. If-Match is welcome, and needed for none of them. */
import { randomBytes } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldRules, readSecret } from '@leads/contracts/connection-details';
import { ApiKeyGuard } from '../api/api-key.guard.ts';
import { makeAddressKey } from './address-key.ts';
import { answerWithAddress, type WithLeadAddress } from './connection-answer.ts';
import {
  actorOf,
  connectionIdOf,
  connectionOf,
  expectedVersionOf,
  notAccepted,
  unknownConnection,
} from './connection-requests.ts';
import { Connections } from './connections.ts';
import {
  pause,
  publish,
  replaceSecret,
  resume,
  type Revise,
  rotateAddressKey,
  unpublish,
} from './revisions.ts';
import { FIELD_RULES } from './field-rules.ts';

@Controller('api/connections/:id')
@UseGuards(ApiKeyGuard)
export class ConnectionActionsController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(FIELD_RULES) private readonly rules: () => FieldRules,
  ) {}

  @Post('publish')
  @HttpCode(200)
  publish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    return this.revise(request, reply, publish);
  }

  @Post('unpublish')
  @HttpCode(200)
  unpublish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    return this.revise(request, reply, unpublish);
  }

  @Post('pause')
  @HttpCode(200)
  pause(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    return this.revise(request, reply, pause);
  }

  @Post('resume')
  @HttpCode(200)
  resume(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    return this.revise(request, reply, resume);
  }

  /** The old lead address answers no more; the new one has to be entered at the marketplace. */
  @Post('rotate-address-key')
  @HttpCode(200)
  rotateAddressKey(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    return this.revise(request, reply, rotateAddressKey(makeAddressKey(randomBytes)));
  }

  @Put('secret')
  async replaceSecret(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connection = await this.connections.find(connectionIdOf(request));
    if (!connection) throw unknownConnection();
    const entered = readSecret(body, connection.facts.authentication, this.rules());
    if (!entered.ok) throw notAccepted(entered.faults);
    return this.revise(request, reply, replaceSecret(entered.fields));
  }

  private async revise(
    request: FastifyRequest,
    reply: FastifyReply,
    revise: Revise,
  ): Promise<WithLeadAddress> {
    const [connectionId, expected] = [connectionIdOf(request), expectedVersionOf(request)];
    const changed = await this.connections.revise(connectionId, actorOf(request), expected, revise);
    return answerWithAddress(this.connections, connectionOf(changed), reply);
  }
}
