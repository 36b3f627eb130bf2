/** Who did what. */
import { z } from 'zod';
import { At } from './at.ts';
import { Role } from './session.ts';

/** `GET /api/audit`: who looked at or changed what, newest first, paged by `cursor`. */
export const AuditPage = z
  .object({
    entries: z.array(
      z.object({
        at: At,
        who: z.string(),
        role: Role.optional(),
        publisherId: z.string().optional(),
        /** A verb and its object in words, e.g. `opened the lead`, `changed the connection`. */
        what: z.string(),
        /** The id of what it was done to. */
        target: z.string().optional(),
        outcome: z.enum(['done', 'refused']),
        /** Who it was, for good: names and addresses change. Absent in entries from before both were kept. */
        directoryId: z.string().optional(),
        userId: z.string().optional(),
        /** How often within a while, where one entry stands for several. */
        times: z.int().positive().optional(),
        /** What was asked for, of lists, exports and replays. */
        filter: z.record(z.string(), z.string()).optional(),
        /** How many leads that showed or chose. */
        leads: z.int().nonnegative().optional(),
        /** Why, in the words of who did it. */
        reason: z.string().optional(),
        /** The domains that a publisher has from then on. */
        domains: z.array(z.string()).optional(),
      }),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;
