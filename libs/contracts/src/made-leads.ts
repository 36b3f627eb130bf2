/** Leads that people have made of what leads themselves tell, asked of the gateway by the portal. */
import { z } from 'zod';
import { LeadMade } from './lead-events.ts';
import { MarketplaceLead } from './marketplace-lead.ts';
import { Moment } from './moment.ts';
import { Line } from './said.ts';

/** A person, named by the portal, has a lead made: of a repeat, or of a lead whose connection was deleted. */
export const LeadMaking = z.object({
  by: Line,
  from: LeadMade.shape.from.exclude(['kept-post']),
  /** The lead that the repeat was folded into, or that ended with its connection. */
  leadId: z.guid(),
  /** When that repeat came, or that lead was accepted: of the same lead, kind and time one lead is made. */
  at: Moment,
  /** Where the new lead goes. */
  connectionId: z.guid(),
  isTest: z.boolean(),
  lead: MarketplaceLead,
  /** As in `LeadAccepted`. */
  original: z.string(),
  originalBytes: z.base64().optional(),
});
export type LeadMaking = z.infer<typeof LeadMaking>;

/** The lead that was made, now or by whoever asked first. */
export const MadeLead = z
  .object({
    leadId: z.uuid(),
    /** Whether it was made by this very request. */
    isNew: z.boolean(),
  })
  .meta({ id: 'MadeLead' });
export type MadeLead = z.infer<typeof MadeLead>;
