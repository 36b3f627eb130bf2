/** What is done to a connection with one button. If-Match is welcome, and needed for none of them. */
import { randomBytes } from 'node:crypto';
import { Controller, HttpCode, Inject, Post, Put, UseGuards } from '@nestjs/common';
import { type FieldRules, readSecret } from '@leads/contracts/connection-details';
import { Answers, CallerGuard, CheckedBody, errorsOf, WithEtag } from '@leads/service';
import { Actor } from '../access/actor.ts';
import { makeAddressKey } from './address-key.ts';
import { WithLeadAddress, withLeadAddress } from './connection-answer.ts';
import { connectionOf, notAccepted, unknownConnection } from './connection-problems.ts';
import {
  ConnectionId,
  Expected,
  fieldsOf,
  OVERLAP_DAYS,
  Rotation,
  SecretBody,
} from './connection-requests.ts';
import { Connections } from './connections.ts';
import { FIELD_RULES } from './field-rules.ts';
import {
  endEarlierAddresses,
  pause,
  publish,
  replaceSecret,
  resume,
  type Revise,
  rotateAddressKey,
  unpublish,
} from './revisions.ts';

/** Whose connection, on which version, by whom: what every action carries, in that order. */
type Asked = [connectionId: string, expected: number | undefined, actor: string];

@Controller('api/connections/:id')
@UseGuards(CallerGuard)
export class ConnectionActionsController {
  constructor(
    private readonly connections: Connections,
    @Inject(FIELD_RULES) private readonly rules: () => FieldRules,
  ) {}

  @Post('publish')
  @HttpCode(200)
  @Answers('Takes leads in from now on.', WithLeadAddress)
  @WithEtag()
  publish(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
  ): Promise<WithLeadAddress> {
    return this.revise(publish, id, expected, actor);
  }

  @Post('unpublish')
  @HttpCode(200)
  @Answers('Holds leads until it is published again.', WithLeadAddress)
  @WithEtag()
  unpublish(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
  ): Promise<WithLeadAddress> {
    return this.revise(unpublish, id, expected, actor);
  }

  @Post('pause')
  @HttpCode(200)
  @Answers('Takes leads in and keeps them waiting.', WithLeadAddress)
  @WithEtag()
  pause(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
  ): Promise<WithLeadAddress> {
    return this.revise(pause, id, expected, actor);
  }

  @Post('resume')
  @HttpCode(200)
  @Answers('Writes what waited, and new leads as they come.', WithLeadAddress)
  @WithEtag()
  resume(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
  ): Promise<WithLeadAddress> {
    return this.revise(resume, id, expected, actor);
  }

  /** The new address has to be entered at the marketplace. */
  @Post('rotate-address-key')
  @HttpCode(200)
  @Answers(
    'Makes a new lead address; the old one works for some days more, seven unless told.',
    WithLeadAddress,
  )
  @WithEtag()
  rotateAddressKey(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
    @CheckedBody(Rotation, (issues) => notAccepted(errorsOf(issues))) rotation: Rotation,
  ): Promise<WithLeadAddress> {
    const { overlapDays = OVERLAP_DAYS } = rotation ?? {};
    return this.revise(rotateAddressKey(makeAddressKey(randomBytes), overlapDays), id, expected, actor);
  }

  @Post('end-earlier-addresses')
  @HttpCode(200)
  @Answers('Lead addresses that were replaced and still work stop at once.', WithLeadAddress)
  @WithEtag()
  endEarlierAddresses(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
  ): Promise<WithLeadAddress> {
    return this.revise(endEarlierAddresses, id, expected, actor);
  }

  @Put('secret')
  @Answers('Replaces the secret; tokens got with the old one are handed out no more.', WithLeadAddress)
  @WithEtag()
  async replaceSecret(
    @ConnectionId() id: string,
    @Expected() expected: number | undefined,
    @Actor() actor: string,
    @SecretBody() body: unknown,
  ): Promise<WithLeadAddress> {
    const connection = await this.connections.find(id);
    if (!connection) throw unknownConnection();
    const secret = fieldsOf(readSecret(body, connection.facts.authentication, this.rules()));
    return this.revise(replaceSecret(secret), id, expected, actor);
  }

  private async revise(revise: Revise, ...[id, expected, actor]: Asked): Promise<WithLeadAddress> {
    const changed = await this.connections.revise(id, actor, expected, revise);
    return withLeadAddress(this.connections, connectionOf(changed));
  }
}
