/** The settings of the Dynamics writer; `.env.example` describes each. */
import { fileContent, optionalOrigin, readSettings, serviceSettings } from '@leads/service';
import { z } from 'zod';

export const config = readSettings(process.env, {
  ...serviceSettings,
  /** A private Ed25519 JWK whose `kid` names this requester at the credentials service. */
  REQUESTER_SIGNING_KEY_FILE: fileContent,
  /** Where requests to Microsoft's host names really go; unset in production. */
  MICROSOFT_RESOLVER: optionalOrigin,
  /** How a backlog leaves; the bench decides the default (bench/BENCHMARKS.md). */
  BULK: z.enum(['off', 'batch', 'create-multiple']).default('create-multiple'),
  /** The most requests of one connection that are on their way to Dynamics at a time. */
  LANE_CONCURRENCY: z.coerce.number().int().min(1).max(52).default(16),
  /** The unique name of the lead writer solution. */
  LEAD_WRITER_SOLUTION: z
    .string()
    .regex(/^\w{1,100}$/)
    .default('MicrosoftMarketplacesLeadIntegrationSolution'),
  /** How long what a written lead said is kept, in days. */
  PAYLOAD_DAYS: z.coerce.number().min(0).default(7),
});
