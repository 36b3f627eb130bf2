/** Leads that people have made of leads, over HTTP: of a repeat that was a wish of its own, and of what ended with its connection. */
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { MadeLead } from '@leads/contracts';
import { LeadRescue, SecondRequest } from '@leads/contracts/portal-api';
import { Answers, CheckedBody, errorsOf, IdParam, type Issues, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { adds, Audited } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import { type LeadMadeFor, MakeLeads } from './make-leads.ts';

const LeadId = (): ParameterDecorator => IdParam('leadId', () => notFound('lead'));

@Controller('api/leads')
export class MakeLeadsController {
  constructor(private readonly leads: MakeLeads) {}

  @Post(':leadId/second-wish')
  @HttpCode(200)
  @Allow('operator', 'owner')
  @Audited('made a lead of a repeat of', 'leadId')
  @Limited('replays')
  @Answers('Makes a lead of a repeat that was folded into this one, once.', MadeLead)
  async ofRepeat(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @LeadId() leadId: string,
    @CheckedBody(SecondRequest, notUsable) { repeatAt }: SecondRequest,
  ): Promise<MadeLead> {
    return audited(request, await this.leads.ofRepeat(viewer, scope, leadId, repeatAt));
  }

  @Post(':leadId/rescue')
  @HttpCode(200)
  @Allow('operator')
  @Audited('rescued the lead', 'leadId')
  @Answers(
    'Makes a lead of one that ended with its connection, for another of its publisher, once.',
    MadeLead,
  )
  async ofEnded(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @LeadId() leadId: string,
    @CheckedBody(LeadRescue, notUsable) { connectionId }: LeadRescue,
  ): Promise<MadeLead> {
    return audited(request, await this.leads.ofEnded(viewer, scope, leadId, connectionId));
  }
}

/** An operator's act is in the audit of the publisher whose lead it is. */
function audited(request: FastifyRequest, { made, publisherId }: LeadMadeFor): MadeLead {
  if (publisherId !== undefined) adds(request, { of: { publisherId }, details: undefined });
  return made;
}

function notUsable(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'It is not clear what to make',
    detail: 'Some of what was sent is not as it should be; each part is named below. No lead was made.',
    errors: errorsOf(issues),
  });
}
