/** Outcomes, alerts and connections as tests need them. */
import { randomUUID } from 'node:crypto';
import { type Alert, type ConnectionChanged, type LeadWritten, readMarketplaceLead } from '@leads/contracts';
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
    attempts: 1,
    isTest: false,
    lead,
    crmId: leadId,
    organization: 'https://contoso.crm4.dynamics.com',
  };
}

export function connectionWith(
  connectionId: string,
  contactEmails: string[],
  version = 1,
): ConnectionChanged {
  return {
    connectionId,
    version,
    changedAt: '2026-11-22T20:00:00.000Z',
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
    leadDestination: 'dynamics-365',
    url: 'https://contoso.crm4.dynamics.com',
    authentication: 'azure-active-directory',
    contactEmails,
    state: 'published',
    addressKeyHash: '0'.repeat(64),
    secretVersion: 1,
  };
}

export function alertOf(connectionId: string): Alert {
  return {
    alertId: randomUUID(),
    connectionId,
    at: '2026-11-22T20:15:31.000Z',
    kind: 'connection-failing',
    what: 'Leads wait because the connection does not work. The client secret is wrong.',
    remedy: 'Enter a new client secret.',
  };
}
