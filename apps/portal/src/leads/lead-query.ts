/** The query parameters of lists of leads. */
import { Moment } from '@leads/contracts';
import { LeadFilter } from '@leads/contracts/portal-api';
import { wholeNumber } from '@leads/service';
import { z } from 'zod';

/** Where a page ends: the next one begins after it. */
export interface Place {
  acceptedAt: Date;
  leadId: string;
}

const LeadId = z.uuid();

export function writeCursor({ acceptedAt, leadId }: Place): string {
  return Buffer.from(`${acceptedAt.getTime()}.${leadId}`).toString('base64url');
}

/** `undefined` where it is none of ours. */
function readCursor(cursor: string): Place | undefined {
  const [, time, id] =
    /^(\d{1,14})\.([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const leadId = LeadId.safeParse(id);
  return time !== undefined && leadId.success
    ? { acceptedAt: new Date(Number(time)), leadId: leadId.data }
    : undefined;
}

/** What `GET /api/leads` takes: the filter, and how to page. */
export const LeadListQuery = LeadFilter.extend({
  limit: wholeNumber(1, 200, 50).describe('How many leads to a page.'),
  cursor: z
    .string()
    .max(100)
    .transform((cursor, context) => {
      const place = readCursor(cursor);
      if (place) return place;
      context.addIssue({ code: 'custom', message: 'This is no cursor of this list; begin at its start.' });
      return z.NEVER;
    })
    .optional()
    .describe('`nextCursor` of the page before.'),
});
export type LeadListQuery = z.infer<typeof LeadListQuery>;

/** What `GET /api/leads/{leadId}/timeline` takes. */
export const TimelineQuery = z.object({
  before: Moment.describe('`earlier` of the lead, or of the page before.'),
});
export type TimelineQuery = z.infer<typeof TimelineQuery>;
