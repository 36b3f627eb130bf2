/** What becomes of leads with a mapping: asked of the writer before it is saved, and told to whoever saves it. */
import { z } from 'zod';
import { enteredMapping } from './connection-details/mapping-fields.ts';
import { Mapping } from './connection-events.ts';
import { MarketplaceLead } from './marketplace-lead.ts';

/** What is amiss at one entry of a mapping. */
export const MappingWarning = z
  .object({
    /** The entry (RFC 6901), such as `/mapping/columns/contoso_offer`; `/mapping` where it is about all of it. */
    pointer: z.string(),
    what: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'MappingWarning' });
export type MappingWarning = z.infer<typeof MappingWarning>;

/**
 * What follows for a lead: `left-out`, it is written without this entry's value; `in-description`, what the customer said
 * stands in the description instead; `lead-refused`, it is not written at all.
 */
export const MappingEffect = z.enum(['left-out', 'in-description', 'lead-refused']);
export type MappingEffect = z.infer<typeof MappingEffect>;

/** `POST /api/connections/{connectionId}/mapping-preview`: a mapping, and perhaps a lead to try it on. */
export const MappingPreviewOrder = z
  .strictObject({
    mapping: enteredMapping,
    /** In the marketplace's shape; an invented one where there is none. */
    lead: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'MappingPreviewOrder' });
export type MappingPreviewOrder = z.infer<typeof MappingPreviewOrder>;

/** `POST /connections/{connectionId}/mapping-preview` of the writer. */
export const MappingPreviewRequest = z.object({
  /** The connection's version, which the writer may be about to hear of. */
  version: z.int().positive(),
  mapping: Mapping,
  lead: MarketplaceLead.optional(),
  /** How long who asks waits for the answer, in milliseconds. */
  withinMs: z.int().min(100).max(30_000),
});
export type MappingPreviewRequest = z.infer<typeof MappingPreviewRequest>;

/** What would be written, and what is amiss. What could not be checked is named, and is neither right nor wrong. */
export const MappingPreview = z
  .object({
    /** Column (or lookup, as `<navigation property>@odata.bind`) and value. */
    record: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    faults: z.array(MappingWarning.extend({ effect: MappingEffect })),
    unchecked: z.array(MappingWarning),
    /** When the organization was asked what the mapping was checked against; absent where it was not. */
    readAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'MappingPreview' });
export type MappingPreview = z.infer<typeof MappingPreview>;
