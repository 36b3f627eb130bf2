/** How much came and was written, and how fast. */
import { z } from 'zod';
import { At } from './at.ts';

/** `GET /api/statistics?span=hour|week[&connectionId=…]`: minutes of the last hour, or hours of the last week. */
export const Statistics = z
  .object({
    span: z.enum(['hour', 'week']),
    bucketSeconds: z.int().positive(),
    buckets: z.array(
      z.object({
        from: At,
        accepted: z.int().nonnegative(),
        written: z.int().nonnegative(),
        dead: z.int().nonnegative(),
        /** From accepted to written, of those written in this bucket, in milliseconds. */
        p50Ms: z.number().nonnegative().optional(),
        p95Ms: z.number().nonnegative().optional(),
      }),
    ),
  })
  .meta({ id: 'Statistics' });
export type Statistics = z.infer<typeof Statistics>;
