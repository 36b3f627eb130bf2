/** How far a Validate is. */
import { z } from 'zod';
import { At } from './at.ts';

/** One check of a Validate as far as it has come. */
export const Check = z.object({
  check: z.string(),
  status: z.enum(['running', 'passed', 'warning', 'failed']),
  startedAt: At,
  tookMs: z.number().nonnegative().optional(),
  cause: z.string().optional(),
  remedy: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

/** `GET /api/offers/{connectionId}/validation` (the newest) and `…/validations/{validationId}`. */
export const Validation = z
  .object({
    validationId: z.uuid(),
    connectionId: z.uuid(),
    startedAt: At,
    finishedAt: At.optional(),
    /** Present once it has finished. */
    passed: z.boolean().optional(),
    checks: z.array(Check),
    /** The test lead in Dynamics, once it is there. */
    testLead: z.object({ leadId: z.uuid(), crmUrl: z.url().optional() }).optional(),
  })
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof Validation>;
