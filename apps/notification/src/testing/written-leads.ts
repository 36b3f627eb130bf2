/** Outcomes, incidents and connections as tests need them. */
import { randomUUID } from 'node:crypto';
import {
  type ConnectionChanged,
  type Incident,
  type LeadDead,
  type LeadWritten,
  readMarketplaceLead,
} from '@leads/contracts';
import type { z } from 'zod';

export function writtenLead(connectionId: string): z.infer<typeof LeadWritten> {
  const lead = readMarketplaceLead({
    userDetails: { firstName: 'Ana', lastName: 'Trujillo', company: 'Adatum' },
    offerTitle: 'Contoso Analytics',
  });
  if (!lead) throw new Error('not a lead');
  const leadId = randomUUID();
  return {
    outcome: 'written',
    leadId,
    connectionId,
    at: '2026-11-22T20:15:31.000Z',
    receivedAt: '2026-11-20T17:03:12.000Z',
    attempts: 1,
    isTest: false,
    lead,
    crmId: leadId,
    organization: 'https://contoso.crm4.dynamics.com',
  };
}

/** A lead of somebody that is dead. */
export function deadLead(
  connectionId: string,
  customer: { firstName: string; lastName?: string; company?: string },
  cause: string,
): z.infer<typeof LeadDead> {
  const { leadId, at, attempts, isTest } = writtenLead(connectionId);
  const lead = readMarketplaceLead({ userDetails: customer });
  if (!lead) throw new Error('not a lead');
  const reason = { cause, what: 'A plug-in refuses it.', remedy: 'Look at the plug-in.' };
  return { leadId, connectionId, at, attempts, isTest, lead, outcome: 'dead', reason };
}

export function connectionWith(
  connectionId: string,
  contactEmails: string[],
  version = 1,
  title = 'Contoso Analytics',
): ConnectionChanged {
  return {
    connectionId,
    version,
    changedAt: '2026-11-22T20:00:00.000Z',
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'contoso-analytics', title },
    leadDestination: 'dynamics-365',
    url: 'https://contoso.crm4.dynamics.com',
    authentication: 'azure-active-directory',
    contactEmails,
    state: 'published',
    addressKeyHash: '0'.repeat(64),
    secretVersion: 1,
  };
}

/** An incident of one connection, just opened. */
export function incidentOf(connectionIds: string[], more: Partial<Incident> = {}): Incident {
  return {
    incidentId: randomUUID(),
    version: 1,
    transition: 'opened',
    by: 'itself',
    at: '2026-11-22T20:15:31.000Z',
    kind: 'connection-broken',
    cause: 'AADSTS7000215',
    place: { scope: 'connection', id: connectionIds[0] ?? '' },
    state: 'open',
    since: '2026-11-22T20:15:30.000Z',
    connectionIds,
    publisherIds: ['contoso'],
    what: 'The client secret is wrong.',
    remedy: 'Make a new client secret. Enter it in the Connection details.',
    waiting: 3,
    dead: 0,
    ...more,
  };
}
