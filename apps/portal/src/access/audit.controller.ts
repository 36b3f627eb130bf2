/** The audit, for operators and for a publisher's owners. */
import { Controller, Get } from '@nestjs/common';
import { AuditPage } from '@leads/contracts/portal-api';
import { Answers, CheckedQuery, wholeNumber } from '@leads/service';
import { z } from 'zod';
import { AuditLog } from './audit-log.ts';
import { Allow, CurrentViewer, type Viewer } from './viewer.ts';

const AuditQuery = z.object({
  limit: wholeNumber(1, 200, 50).describe('How many entries to a page.'),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'This is no cursor of the audit; begin at its start.')
    .transform(Number)
    .optional()
    .describe('`nextCursor` of the page before.'),
});
type AuditQuery = z.infer<typeof AuditQuery>;

@Controller('api/audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @Allow('owner', 'operator')
  @Answers('Who looked at or changed what, newest first, by pages.', AuditPage)
  read(
    @CurrentViewer() { publisherId }: Viewer,
    @CheckedQuery(AuditQuery) { cursor, limit }: AuditQuery,
  ): Promise<AuditPage> {
    return this.audit.read(publisherId, cursor, limit);
  }
}
