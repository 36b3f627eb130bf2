/** The settings of the Dynamics writer; `.env.example` describes each. */
import { KNOWN_REGIONS, readRegions } from '@leads/contracts/connection-details';
import { deliverySettings } from '@leads/delivery';
import {
  fileContent,
  proxySettings,
  serviceSettings,
  type SettingsOf,
  standInOrigin,
  understood,
} from '@leads/service';
import { z } from 'zod';

export const settings = {
  ...serviceSettings,
  ...deliverySettings,
  ...proxySettings,
  /** A private Ed25519 JWK whose `kid` names this requester at the credentials service. */
  REQUESTER_SIGNING_KEY_FILE: fileContent,
  /** Region suffixes beyond the built-in ones, as credentials has them: no token goes to a host of another. */
  DYNAMICS_REGIONS: z.string().transform(understood(readRegions)).default(KNOWN_REGIONS),
  /** Where requests to Microsoft's host names really go; unset in production. */
  MICROSOFT_RESOLVER: standInOrigin,
  /** How a backlog leaves; the bench decides the default (bench/BENCHMARKS.md). */
  BULK: z.enum(['off', 'batch', 'create-multiple']).default('create-multiple'),
  /** The most requests of one connection that are on their way to Dynamics at a time. */
  LANE_CONCURRENCY: z.coerce.number().int().min(1).max(52).default(16),
  /** The unique name of the lead writer solution. */
  LEAD_WRITER_SOLUTION: z
    .string()
    .regex(/^\w{1,100}$/)
    .default('MicrosoftMarketplacesLeadIntegrationSolution'),
};

export type Settings = SettingsOf<typeof settings>;
