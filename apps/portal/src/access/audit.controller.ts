/** The audit, for operators and for a publisher's owners. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { AuditPage } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AUDIT_LOG, type AuditLog } from './audit-log.ts';
import { Allow, viewerOf } from './viewer.ts';

const Page = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

@Controller('api/audit')
export class AuditController {
  constructor(@Inject(AUDIT_LOG) private readonly audit: AuditLog) {}

  @Get()
  @Allow('owner', 'operator')
  read(@Query() query: unknown, @Req() request: FastifyRequest): Promise<AuditPage> {
    const page = Page.safeParse(query);
    if (!page.success) {
      throw new ProblemError({
        status: 400,
        title: 'Not a page of the audit',
        detail: 'The limit goes from 1 to 200, and the cursor is the nextCursor of the page before.',
      });
    }
    return this.audit.read(viewerOf(request).publisherId, page.data.cursor, page.data.limit);
  }
}
