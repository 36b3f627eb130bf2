/** Leads over HTTP. */
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { LeadDetail, LeadPage } from '@leads/contracts/portal-api';
import { DATABASE } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { Audited } from '../access/audited.ts';
import { notFound, scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { findLeads } from './find-leads.ts';
import { readLead } from './lead-detail.ts';
import { LeadListQuery, readQuery, writeCursor } from './lead-query.ts';
import { summaryOf } from './lead-summary.ts';
import { LINK_BASE } from './record-url.ts';

const LeadId = z.uuid();

@Controller('api/leads')
@Allow('operator', 'owner', 'reader')
export class LeadsController {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(LINK_BASE) private readonly linkBase: string | undefined,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<LeadPage> {
    const scope = scopeOf(viewerOf(request));
    const { limit, cursor, ...filter } = readQuery(LeadListQuery, query);
    const { rows, isLast } = await findLeads(this.database, scope, filter, { limit, after: cursor });
    const last = rows.at(-1);
    return {
      leads: rows.map((row) => summaryOf(row, this.linkBase)),
      ...(last &&
        !isLast && { nextCursor: writeCursor({ acceptedAt: last.accepted_at, leadId: last.lead_id }) }),
    };
  }

  @Get(':leadId')
  @Audited('opened the lead', 'leadId')
  async read(@Req() request: FastifyRequest, @Param('leadId') leadId: string): Promise<LeadDetail> {
    const scope = scopeOf(viewerOf(request));
    const id = LeadId.safeParse(leadId);
    const lead = id.success ? await readLead(this.database, scope, id.data, this.linkBase) : undefined;
    if (!lead) throw notFound('lead');
    return lead;
  }
}
