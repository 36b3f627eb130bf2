/** Dead leads that are delivered once more. */
import { z } from 'zod';
import { At } from './at.ts';
import { LeadFilter } from './leads.ts';

/** `POST /api/replays`: dead leads that are named, or all dead ones that a filter shows. */
export const ReplayOrder = z
  .strictObject({
    leadIds: z.array(z.uuid()).min(1).max(10_000).optional(),
    filter: LeadFilter.optional(),
  })
  .meta({ id: 'ReplayOrder' });
export type ReplayOrder = z.infer<typeof ReplayOrder>;

/** `POST /api/replays` (202), `GET /api/replays/{replayId}`: total = waiting + written + dead. */
export const Replay = z
  .object({
    replayId: z.uuid(),
    requestedAt: At,
    requestedBy: z.string(),
    total: z.int().nonnegative(),
    /** Asked for, and neither written nor dead again yet. */
    waiting: z.int().nonnegative(),
    written: z.int().nonnegative(),
    dead: z.int().nonnegative(),
  })
  .meta({ id: 'Replay' });
export type Replay = z.infer<typeof Replay>;
