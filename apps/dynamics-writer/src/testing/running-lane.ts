/** A lane that is drained into an emulated organisation, by what production drains it with. */
import { type RunningLane, runLane, silent } from '@leads/delivery/testing';
import type { Logger } from '@leads/service';
import type { Settings } from '../config.ts';
import { DynamicsDestination } from '../dynamics-destination.ts';
import type { Token, Tokens } from '../tokens/tokens.ts';
import type { Organization } from './organization.ts';
import type { WriterSchema } from './writer-schema.ts';

/** Tokens as the organisation's own directory gives them. */
export function tokensFor({
  accessToken,
  organization,
}: Pick<Organization, 'accessToken' | 'organization'>): Tokens {
  const token: Token = { kind: 'token', accessToken, organization };
  return { tokenFor: () => Promise.resolve(token), discard: () => false } as unknown as Tokens;
}

/** Dynamics 365 as production has it. @param resolver where requests to Microsoft really go */
export function dynamics(
  schema: WriterSchema,
  resolver: string,
  tokens: Tokens,
  changes: Partial<Settings> = {},
): DynamicsDestination {
  const settings = {
    MICROSOFT_RESOLVER: resolver,
    LANE_CONCURRENCY: 4,
    BULK: 'create-multiple',
    LEAD_WRITER_SOLUTION: 'MicrosoftMarketplacesLeadIntegrationSolution',
    ...changes,
  } as Settings;
  return new DynamicsDestination(schema.database, tokens, settings, silent as Logger);
}

/** Points the one lane of the schema at the organisation, takes it over and drains it. */
export async function drainInto(
  schema: WriterSchema,
  organization: Organization,
  changes: { state?: string } = {},
): Promise<RunningLane> {
  await schema.database
    .updateTable('lanes')
    .set({ url: organization.organization, ...changes })
    .execute();
  return runLane(schema, dynamics(schema, organization.resolver, tokensFor(organization)));
}
