/** What changed, told as it happens. */
import { z } from 'zod';
import { LeadSummary } from './leads.ts';
import { Validation } from './validations.ts';

/**
 * `GET /api/events` (server-sent events): what changed, by the event's name, with an id that a reconnect sends back as
 * `Last-Event-ID` and so misses nothing. The data of `reload` is empty: too much happened since, read everything anew.
 */
export const LiveEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('lead'), data: LeadSummary }),
  z.object({ event: z.literal('offer'), data: z.object({ connectionId: z.uuid() }) }),
  z.object({ event: z.literal('validation'), data: Validation }),
  z.object({ event: z.literal('lane'), data: z.object({ connectionId: z.uuid() }) }),
  z.object({ event: z.literal('incident'), data: z.object({ incidentId: z.uuid() }) }),
  z.object({ event: z.literal('reload'), data: z.object({}) }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
