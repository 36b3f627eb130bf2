/** How lanes are, for operators. */
import { z } from 'zod';
import { Reason } from '../lead-events.ts';
import { At } from './at.ts';
import { Counts, Problem } from './offers.ts';
import { PublisherFacts } from './publishers.ts';

/** How one connection's lane is, for operators: `GET /api/lanes`. */
export const Lane = z.object({
  connectionId: z.uuid(),
  publisher: PublisherFacts,
  offer: z.object({ id: z.string(), title: z.string() }),
  url: z.url(),
  state: z.enum(['draft', 'published', 'paused']),
  counts: Counts,
  oldestPendingAt: At.optional(),
  /** The writer that holds it; absent while none does. */
  instance: z.string().optional(),
  inFlight: z.int().nonnegative(),
  permitted: z.int().nonnegative(),
  breaker: z.object({
    state: z.enum(['closed', 'open']),
    since: At.optional(),
    reason: Reason.optional(),
    nextProbeAt: At.optional(),
  }),
  throttledUntil: At.optional(),
  /** The worst incident that it has and that is not resolved. */
  incident: Problem.optional(),
  /** When its writer told this; absent where none has yet. */
  reportedAt: At.optional(),
});
export type Lane = z.infer<typeof Lane>;

/** `GET /api/lanes`: `balanced` says whether accepted = written + pending + dead + removed. */
export const Lanes = z
  .object({
    lanes: z.array(Lane),
    totals: Counts.extend({ balanced: z.boolean() }),
  })
  .meta({ id: 'Lanes' });
export type Lanes = z.infer<typeof Lanes>;
