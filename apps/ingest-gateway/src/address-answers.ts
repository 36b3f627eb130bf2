/** What a lead address answers, method by method, as the API's document has it. */
import { MarketplaceLead } from '@leads/contracts';
import type { Operation } from '@leads/service';
import { z } from 'zod';
import type { Accepted } from './lead-store.ts';

export const AddressKey = z.string().describe("The secret part of an offer's lead address.");

const TakenLead = z.object({
  leadId: z.uuid(),
  duplicate: z.literal(true).optional().describe('It had come before: the id is that of the first.'),
});

/** What the sender gets with its 202. */
const Acceptance = TakenLead.extend({
  leads: z
    .array(TakenLead)
    .min(2)
    .optional()
    .describe('Of several in one body: each, in its order; the id above is that of the first.'),
  notUnderstood: z
    .object({ kept: z.boolean(), detail: z.string() })
    .optional()
    .describe('Where something else in the body is not understood as a lead.'),
  traceId: z
    .string()
    .optional()
    .describe('By which to speak of this request: that of its traceparent, else one made here.'),
}).meta({ id: 'Acceptance' });
export type Acceptance = z.infer<typeof Acceptance>;

export function acceptanceOf({ leadId, duplicate }: Accepted): z.infer<typeof TakenLead> {
  return duplicate ? { leadId, duplicate: true } : { leadId };
}

/** As the marketplace posts it, in its own casing; every other published shape is read as well. */
const PostedLead = z
  .object({
    userDetails: z.partialRecord(
      z.enum(['firstName', 'lastName', 'email', 'phone', 'country', 'company', 'title']),
      z.string(),
    ),
    leadSource: z.string(),
    actionCode: z.string(),
    offerTitle: z.string(),
    description: z.string(),
  })
  .partial();

const HEADERS = [
  {
    name: 'Idempotency-Key',
    description: 'What the sender calls the post by; the same again is the same lead.',
  },
  { name: 'webhook-id', description: 'As Idempotency-Key.' },
  { name: 'traceparent', description: 'A W3C trace, whose id the answer takes over.' },
];

const UNKNOWN = 'No offer has this address. Nothing was kept.';
const AGAIN = 'Nothing was taken in. Send it anew after Retry-After.';

export const ADDRESS_OPERATIONS: Record<'POST' | 'GET', Operation> = {
  POST: {
    summary: 'Takes leads in: with the 202 they are committed.',
    status: 202,
    answer: Acceptance,
    headers: HEADERS,
    takes: {
      'application/json': z.union([
        PostedLead,
        MarketplaceLead,
        z.array(PostedLead),
        z.record(z.string(), z.unknown()),
      ]),
      'application/x-www-form-urlencoded': z.record(z.string(), z.string()),
      'text/plain': z.string(),
    },
    refusals: {
      400: 'No body, or one that cannot be read; the detail says whether it is kept.',
      404: UNKNOWN,
      408: 'The request did not come to its end within five seconds. Nothing was kept.',
      413: 'More than 64 KiB, as it came or unpacked. Nothing was kept.',
      422: 'Read, and nothing of a lead in it; the detail says whether it is kept.',
      429: AGAIN,
      503: AGAIN,
    },
  },
  GET: {
    summary: 'Says that the address works, on a page, and not whose it is.',
    status: 200,
    answer: 'text/html',
    refusals: { 404: UNKNOWN, 429: 'Too many requests to unknown addresses.', 503: AGAIN },
  },
};
