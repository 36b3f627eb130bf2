/** A lane that is drained for real: into an emulated organisation, woken through PostgreSQL. */
import type { Kysely } from 'kysely';
import { listen } from '@leads/database';
import { NaturalBatching } from '@leads/pacing';
import type { Logger } from '@leads/service';
import { deliverLeads, type DeliveryParts } from '../deliver-leads.ts';
import { type Settlement, settleDeliveries } from '../deliveries.ts';
import { EXPECTED_VERSION } from '../judge-organization.ts';
import { LANE_CHANNEL, readNotice } from '../lane-notice.ts';
import { Lane } from '../lane.ts';
import { claimLanes } from '../leases.ts';
import { KnownOrganization } from '../read-organization.ts';
import type { WriterTables } from '../tables.ts';
import type { Token, Tokens } from '../tokens.ts';
import type { Organization } from './emulators.ts';
import type { WriterSchema } from './writer-schema.ts';

export interface RunningLane {
  lane: Lane;
  stop: () => Promise<void>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger;

/** Tokens as the organisation's own directory gives them. */
export function tokensFor({ accessToken }: Organization): Pick<Tokens, 'tokenFor' | 'discard'> {
  const token: Token = { kind: 'token', accessToken };
  return { tokenFor: () => Promise.resolve(token), discard: () => false };
}

/** Points the one lane of the schema at the organisation, and claims it anew. */
export async function claimLane(
  database: Kysely<WriterTables>,
  { organization }: Pick<Organization, 'organization'>,
  changes: { state?: string } = {},
): Promise<Lane> {
  await database
    .updateTable('lanes')
    .set({ organization, owner: null, leased_until: new Date(0), ...changes })
    .execute();
  const [facts] = await claimLanes(database, 'me', 1);
  if (!facts) throw new Error('no lane was free');
  return new Lane(facts);
}

/** @param others parts to deliver with instead of the usual ones */
export function runLane(
  schema: WriterSchema,
  lane: Lane,
  organization: Organization,
  others: Partial<DeliveryParts> = {},
): RunningLane {
  const { database } = schema;
  const ear = listen({
    url: schema.url,
    channel: LANE_CHANNEL,
    onMessage: (payload) => (readNotice(payload).news === 'probe' ? lane.probe() : lane.wake()),
    onError: (error) => {
      throw error;
    },
  });
  const settle = new NaturalBatching<Settlement>(
    async (settlements) => void (await settleDeliveries(database, lane, settlements)),
    () => 1,
    { records: 500, bytes: Infinity },
  );
  const known = new KnownOrganization(lane, {
    database,
    http: organization.http,
    expected: { solution: 'MicrosoftMarketplacesLeadIntegrationSolution', version: EXPECTED_VERSION },
    log: silent,
  });
  const drained = deliverLeads(lane, {
    database,
    tokens: tokensFor(organization) as Tokens,
    http: organization.http,
    organization: known,
    settle,
    mostAtATime: 4,
    bulk: 'create-multiple',
    log: silent,
    ...others,
  });
  return {
    lane,
    stop: async () => {
      lane.end();
      await drained;
      await known.idle();
      await ear.close();
    },
  };
}
