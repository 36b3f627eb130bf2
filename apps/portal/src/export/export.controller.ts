/** The export of leads over HTTP. */
import { Readable } from 'node:stream';
import { Controller, Get, Header, Inject, Req, StreamableFile } from '@nestjs/common';
import { LeadFilter } from '@leads/contracts/portal-api';
import { Answers, CheckedQuery, LOG, type Logger } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { Audited, shows } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { CurrentScope, type Scope } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import type { PortalTables } from '../tables.ts';
import { countLeads, exportLeads } from './export-leads.ts';
import { csvFileName } from './lead-csv.ts';

@Controller('api/leads.csv')
@Allow('operator', 'owner', 'reader')
export class ExportController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly links: RecordLinks,
    @Inject(LOG) private readonly log: Pick<Logger, 'error'>,
  ) {}

  @Get()
  @Answers('Everything that the filter shows, as a file for spreadsheets.', 'text/csv')
  @Header('cache-control', 'no-store')
  @Audited('exported leads')
  @Limited('exports')
  async export(
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @CheckedQuery(LeadFilter) filter: LeadFilter,
  ): Promise<StreamableFile> {
    // Before the first of them leaves.
    shows(request, { filter, leads: await countLeads(this.database, scope, filter) });
    const pieces = exportLeads(this.database, scope, filter, this.links);
    const file = Readable.from(pieces, { objectMode: false });
    file.on('error', (error) => {
      this.log.error({ error }, 'an export broke off; whoever takes it sees that the download failed');
    });
    return new StreamableFile(file, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${csvFileName(new Date())}"`,
    });
  }
}
