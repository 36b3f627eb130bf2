/** How long what is kept. */
import { z } from 'zod';

/** One thing that is kept for a time. */
export const KeptStore = z.object({
  what: z.string(),
  /** For so many days; absent where `until` says it. */
  days: z.number().nonnegative().optional(),
  /** From when on these are counted. */
  since: z.string().optional(),
  /** Until something happens, whatever its age. */
  until: z.string().optional(),
  /** By whom it is set; `system`: it follows from what has to be known again. */
  setBy: z.enum(['publisher', 'operator', 'system']),
  /** The setting of the services that says so; where a publisher sets it, for those who did not. */
  setting: z.string().optional(),
});
export type KeptStore = z.infer<typeof KeptStore>;

/** `GET /api/retention`: how long what is kept; also answered to `PUT`. */
export const RetentionView = z
  .object({
    /** In days after a lead was written or died. */
    leads: z.object({
      days: z.int().positive(),
      /** What the publisher of who asks chose; absent where it chose nothing, and for operators. */
      chosen: z.int().positive().optional(),
      /** Without a choice. */
      usual: z.int().positive(),
      /** The bounds of a choice. */
      least: z.int().positive(),
      most: z.int().positive(),
    }),
    kept: z.array(KeptStore),
  })
  .meta({ id: 'Retention' });
export type RetentionView = z.infer<typeof RetentionView>;

/** `PUT /api/retention`, for owners. What is older goes within minutes, for good. */
export const RetentionChoice = z
  .strictObject({
    /** `null`: as the operators have set it. */
    days: z.int('Enter a whole number of days.').positive('Enter a whole number of days.').nullable(),
  })
  .meta({ id: 'RetentionChoice' });
export type RetentionChoice = z.infer<typeof RetentionChoice>;
