/** A writer's schema in a database of a test's own, with one connection's lane and leads to put into it. */
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LeadAccepted, readMarketplaceLead, type topics } from '@leads/contracts';
import { migrate, openDatabase, type Track } from '@leads/database';
import type { Received } from '@leads/kafka';
import { testDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { type Delivery, type End, nextDeliveries } from '../lanes/deliveries.ts';
import { settleDeliveries } from '../lanes/settle-deliveries.ts';
import { Lane, type LaneFacts } from '../lanes/lane.ts';
import { claimLanes } from '../lanes/leases.ts';
import { TakeInLeads } from '../take-in-leads.ts';
import { type DeliveryTables, deliveryTables } from '../tables.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

export const SCHEMA = 'writer';
export const CONNECTION = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';
export const NOW = new Date('2026-11-22T09:30:00Z');
export const WRITTEN: End = {
  kind: 'written',
  record: { crmId: CONNECTION, organization: 'https://there.example' },
};
export const REASON = { cause: 'value-too-long', what: 'The topic is too long.', remedy: 'Shorten it.' };

export interface DeliverySchema<Tables extends DeliveryTables = DeliveryTables> {
  url: string;
  database: Kysely<Tables>;
  /** Empties every table. */
  empty: () => Promise<void>;
  /** Empties every table and adds one published connection whose lane it holds. */
  begin: () => Promise<Lane>;
  /** Takes the one lane over from whoever holds it. */
  claim: (instance?: string) => Promise<Lane>;
  claimFacts: (instance?: string) => Promise<LaneFacts>;
  takeIn: (...leads: LeadAccepted[]) => Promise<void>;
  /** Takes one lead in and settles it. */
  settled: (lane: Lane, end: End, accepted?: LeadAccepted) => Promise<string>;
  close: () => Promise<void>;
}

/** A lead as the gateway accepts it. */
export function lead(changes: Partial<LeadAccepted> = {}): LeadAccepted {
  const marketplaceLead = readMarketplaceLead({ offerTitle: 'Contoso "Analytics" 🙂' });
  if (!marketplaceLead) throw new Error('not a lead');
  return {
    leadId: randomUUID(),
    connectionId: CONNECTION,
    acceptedAt: NOW.toISOString(),
    isTest: false,
    lead: marketplaceLead,
    original: '{}',
    ...changes,
  };
}

export function received<T extends (typeof topics)[keyof typeof topics]>(
  value: Received<T>['value'],
): Received<T> {
  return { value, key: '', partition: 0, offset: '0', timestamp: NOW };
}

/** @param migrations the writer's, where it has more tables than the engine */
export async function startDeliverySchema<Tables extends DeliveryTables = DeliveryTables>(
  migrations: { folder: URL; libraries?: Track[] } = deliveryTables,
): Promise<DeliverySchema<Tables>> {
  const server = await testDatabase((url) => migrate({ url, schema: SCHEMA, ...migrations }));
  const own = openDatabase<Tables>(
    { url: server.url, schema: SCHEMA, poolSize: 4, application: 'test' },
    () => undefined,
  );
  // What a writer adds to the tables is nothing to the engine.
  const database = own as unknown as Kysely<DeliveryTables>;
  const { rows: tables } = await sql<{ name: string }>`
    select quote_ident(tablename) as name from pg_tables where schemaname = ${SCHEMA} and tablename <> 'migrations'
  `.execute(database);

  const takeIn = (...leads: LeadAccepted[]): Promise<void> =>
    new TakeInLeads(database).takeIn(leads.map((value) => received<typeof topics.leadsAccepted>(value)));

  const empty = async (): Promise<void> => {
    await sql`truncate ${sql.raw(tables.map(({ name }) => name).join(', '))}`.execute(database);
  };
  const claimFacts = async (instance = 'me'): Promise<LaneFacts> => {
    await sql`update lanes set owner = null, leased_until = '-infinity'`.execute(database);
    const [facts] = await claimLanes(database, instance, 1);
    if (!facts) throw new Error('no lane was free');
    return facts;
  };
  const claim = async (instance?: string): Promise<Lane> => new Lane(await claimFacts(instance));

  return {
    url: server.url,
    database: own,
    takeIn,
    empty,
    claim,
    claimFacts,
    begin: async () => {
      await empty();
      await sql`insert into lanes (connection_id, version, url, state, secret_version)
        values (${CONNECTION}, 1, 'https://contoso.crm4.dynamics.com', 'published', 1)`.execute(database);
      return claim();
    },
    settled: async (lane, end, accepted = lead()) => {
      await takeIn(accepted);
      const { due } = await nextDeliveries(database, lane, new Set(), 1_000);
      const delivery = due.find((one: Delivery) => one.accepted.leadId === accepted.leadId);
      if (!delivery) throw new Error('it is not due');
      await settleDeliveries(database, lane, [{ delivery, end, at: NOW }]);
      return accepted.leadId;
    },
    close: async () => {
      await database.destroy();
      await server.drop();
    },
  };
}
