/** The export of leads over HTTP. */
import { Readable } from 'node:stream';
import { Controller, Get, Header, Inject, Query, Req, StreamableFile } from '@nestjs/common';
import { LeadFilter } from '@leads/contracts/portal-api';
import { DATABASE, LOG, type Logger } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { Audited } from '../access/audited.ts';
import { scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import { readQuery } from '../leads/lead-query.ts';
import { LINK_BASE } from '../leads/record-url.ts';
import type { PortalTables } from '../tables.ts';
import { exportLeads } from './export-leads.ts';
import { csvFileName } from './lead-csv.ts';

@Controller('api/leads.csv')
@Allow('operator', 'owner', 'reader')
export class ExportController {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(LINK_BASE) private readonly linkBase: string | undefined,
    @Inject(LOG) private readonly log: Pick<Logger, 'error'>,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('exported leads')
  export(@Req() request: FastifyRequest, @Query() query: unknown): StreamableFile {
    const scope = scopeOf(viewerOf(request));
    const filter = readQuery(LeadFilter, query);
    const pieces = exportLeads(this.database, scope, filter, this.linkBase);
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
