/** Records as the other services publish them, and a ledger of a test's own. */
import { randomUUID } from 'node:crypto';
import {
  type ConnectionChanged,
  type Incident,
  type LeadAccepted,
  type LeadOutcome,
  type MarketplaceLead,
  type Reason,
  type Topic,
} from '@leads/contracts';
import { migrate, openDatabase, removeAged } from '@leads/database';
import type { Received } from '@leads/kafka';
import { readSettings, retentionOf, retentionSettings } from '@leads/service';
import { testDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { KeepLedger } from '../keep-ledger.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import { portalAges } from '../retention/portal-ages.ts';
import type { PortalTables } from '../tables.ts';

export interface TestLedger {
  url: string;
  database: Kysely<PortalTables>;
  keepLedger: KeepLedger;
  end: () => Promise<void>;
}

/** As the settings are without any. */
export const retention = retentionOf(readSettings({}, retentionSettings));

/** One round of housekeeping. @returns how many rows went, by table */
export function keepHouse(
  database: Kysely<PortalTables>,
  now: Date,
  batch = 1_000,
): Promise<Record<string, number>> {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(database, portalAges(retention), { now, onError, batch });
}

export async function startLedger(): Promise<TestLedger> {
  const { url, drop } = await testDatabase((made) =>
    migrate({ url: made, schema: 'portal', folder: new URL('../../migrations/', import.meta.url) }),
  );
  const database = openDatabase<PortalTables>(
    { url, schema: 'portal', poolSize: 4, application: 'test' },
    () => undefined,
  );
  return {
    url,
    database,
    keepLedger: new KeepLedger(database, new RecordLinks('http://localhost:4010/org'), retention, {
      date: () => new Date(),
    }),
    end: async () => {
      await database.destroy();
      await drop();
    },
  };
}

/** A record of a topic, as the transport hands it over. */
export function received<T extends Topic>(
  value: Received<T>['value'],
  place: Partial<Received<T>> = {},
): Received<T> {
  return { value, key: '', partition: 0, offset: '0', timestamp: new Date(), ...place };
}

export function connection(some: Partial<ConnectionChanged> = {}): ConnectionChanged {
  return {
    connectionId: randomUUID(),
    version: 1,
    changedAt: '2026-11-22T20:00:00.000Z',
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
    leadDestination: 'dynamics-365',
    url: 'https://contoso.crm4.dynamics.com',
    authentication: 'azure-active-directory',
    contactEmails: ['sales@contoso.example'],
    state: 'published',
    addressKeyHash: '0'.repeat(64),
    secretVersion: 1,
    ...some,
  };
}

/** The first transition of an incident of Contoso's. */
export function incident(connectionIds: readonly string[], some: Partial<Incident> = {}): Incident {
  const since = some.since ?? new Date().toISOString();
  return {
    ...{ incidentId: randomUUID(), version: 1, transition: 'opened', by: 'itself', at: since, since },
    ...{ kind: 'connection-broken', cause: 'AADSTS7000222', state: 'open' },
    place: { scope: 'application', id: 'directory/application' },
    connectionIds: [...connectionIds],
    publisherIds: ['contoso'],
    ...{ what: 'The client secret has expired.', remedy: 'Make a new client secret.\nEnter its value.' },
    ...{ waiting: 0, dead: 0 },
    ...some,
  };
}

export function marketplaceLead(customer: Partial<MarketplaceLead['customer']> = {}): MarketplaceLead {
  return {
    customer: {
      firstName: 'Ana',
      lastName: 'Trujillo',
      email: 'ana.trujillo@adatum.example',
      phone: '',
      country: 'DE',
      company: 'Adatum',
      title: '',
      ...customer,
    },
    leadSource: 'AzureMarketplace-INS|contoso.analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
    description: '',
  };
}

export function acceptance(connectionId: string, some: Partial<LeadAccepted> = {}): LeadAccepted {
  const acceptedAt = some.acceptedAt ?? new Date().toISOString();
  return {
    leadId: randomUUID(),
    connectionId,
    receivedAt: acceptedAt,
    acceptedAt,
    isTest: false,
    lead: marketplaceLead(),
    original: '{"userDetails":{}}',
    ...some,
  };
}

const REASON: Reason = {
  cause: 'unreachable',
  what: 'Dynamics did not answer.',
  remedy: 'Nothing need be done.',
};

type End =
  { outcome: 'written' } | { outcome: 'dead'; reason?: Reason } | { outcome: 'deferred'; reason?: Reason };

/** What became of a lead, `afterMs` after it was accepted. */
export function outcomeOf(lead: LeadAccepted, end: End, afterMs: number, attempts = 1): LeadOutcome {
  const { leadId, connectionId, isTest, lead: content } = lead;
  const at = new Date(Date.parse(lead.acceptedAt) + afterMs).toISOString();
  const facts = { leadId, connectionId, isTest, lead: content, at, attempts };
  switch (end.outcome) {
    case 'written':
      return { ...facts, ...end, crmId: leadId, organization: 'https://contoso.crm4.dynamics.com' };
    case 'dead':
      return { ...facts, reason: REASON, ...end };
    case 'deferred':
      return { ...facts, nextAttemptAt: at, reason: REASON, ...end };
  }
}

export const REPLAYED: Reason = { cause: 'replayed', what: 'It is to be delivered again.', remedy: 'Wait.' };
