/** Fields of posted bodies that the marketplace has not published, as the gateway tells the portal of them. */
import { z } from 'zod';
import { Moment } from './moment.ts';
import { Line } from './said.ts';

/** One that came to a connection; nothing of what it held. */
export const FieldFound = z.object({
  connectionId: z.uuid(),
  /** Below the names of what it stands in: `userDetails.middleName`. */
  name: Line,
  /** What it held: `text`, `number`, `yes or no`, `list`, `object` or `nothing`. */
  kind: Line,
  firstAt: Moment,
  /** The day on which it came last, at the time of its first post of that day. */
  lastAt: Moment,
});
export type FieldFound = z.infer<typeof FieldFound>;

/** Those of these connections, or of all. */
export const UnknownFieldsWanted = z.object({ connectionIds: z.array(z.guid()).max(10_000).optional() });
export type UnknownFieldsWanted = z.infer<typeof UnknownFieldsWanted>;

/** The newest 200. */
export const UnknownFieldsFound = z.object({ fields: z.array(FieldFound) });
export type UnknownFieldsFound = z.infer<typeof UnknownFieldsFound>;
