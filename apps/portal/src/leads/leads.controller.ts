/** Leads over HTTP. */
import { Controller, Get, Req } from '@nestjs/common';
import { own } from '@leads/contracts';
import { LeadDetail, LeadPage, TimelinePage } from '@leads/contracts/portal-api';
import { Answers, CheckedQuery, IdParam } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { Audited, AuditedOften, countByPublisher, shows } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { findLeads } from './find-leads.ts';
import { readLead, readTimeline } from './lead-detail.ts';
import { LeadListQuery, TimelineQuery, writeCursor } from './lead-query.ts';
import { summaryOf } from '../ledger/lead-summary.ts';
import { RecordLinks } from '../ledger/record-links.ts';

@Controller('api/leads')
@Allow('operator', 'owner', 'reader')
export class LeadsController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly links: RecordLinks,
  ) {}

  @Get()
  @Answers('Leads, newest first, by pages.', LeadPage)
  @AuditedOften('listed leads')
  @Limited('searches', ({ query }) => own(query as Record<string, unknown>, 'search') !== undefined)
  async list(
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @CheckedQuery(LeadListQuery) { limit, cursor, ...filter }: LeadListQuery,
  ): Promise<LeadPage> {
    const { rows, isLast } = await findLeads(this.database, scope, filter, { limit, after: cursor });
    const last = rows.at(-1);
    const leads = rows.map((row) => summaryOf(row, this.links));
    shows(request, { filter, leads: countByPublisher(leads) });
    return {
      leads,
      ...(last &&
        !isLast && { nextCursor: writeCursor({ acceptedAt: last.accepted_at, leadId: last.lead_id }) }),
    };
  }

  @Get(':leadId')
  @Answers('One lead with its timeline.', LeadDetail)
  @Audited('opened the lead', 'leadId')
  async read(
    @CurrentScope() scope: Scope,
    @IdParam('leadId', () => notFound('lead')) leadId: string,
  ): Promise<LeadDetail> {
    const lead = await readLead(this.database, scope, leadId, this.links);
    if (!lead) throw notFound('lead');
    return lead;
  }

  @Get(':leadId/timeline')
  @Answers('What happened to a lead before a time, by pages.', TimelinePage)
  @Audited('opened the lead', 'leadId')
  async readTimeline(
    @CurrentScope() scope: Scope,
    @IdParam('leadId', () => notFound('lead')) leadId: string,
    @CheckedQuery(TimelineQuery) { before }: TimelineQuery,
  ): Promise<TimelinePage> {
    const page = await readTimeline(this.database, scope, leadId, this.links, new Date(before));
    if (!page) throw notFound('lead');
    return page;
  }
}
