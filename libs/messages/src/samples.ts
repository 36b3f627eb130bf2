/** Every message as a person may get it, with sample data: for the preview in the console and for pictures. */
import {
  type Incident,
  type MarketplaceLead,
  type Notifications,
  readMarketplaceLead,
} from '@leads/contracts';
import { composeContactRequest } from './contact-request.ts';
import type { Deployment } from './deployment.ts';
import { composeDigest } from './digest.ts';
import { composeIncident, type IncidentMessage } from './incident.ts';
import type { ComposedMail } from './lay-out.ts';
import { composeNewLead, type NewLead } from './new-lead.ts';
import { composeWeeklySummary } from './weekly-summary.ts';

/** The messages that there are samples of. */
export const SAMPLES = [
  'new-lead',
  'new-lead-waiting',
  'test-lead',
  'digest',
  'incident-opened',
  'incident-still-open',
  'incident-resolved',
  'sign-in-expiring',
  'contact-request',
  'weekly-summary',
] as const;
export type SampleName = (typeof SAMPLES)[number];

/** One of them, told as a connection wants it. */
export function composeSample(
  name: SampleName,
  notifications: Notifications,
  deployment: Deployment,
): ComposedMail {
  const incident = (more: Partial<IncidentMessage>): ComposedMail =>
    composeIncident({ ...incidentOpened, ...more, notifications }, deployment);
  const lead = (more: Partial<NewLead>): ComposedMail =>
    composeNewLead({ ...newLead, ...more, notifications }, deployment);
  switch (name) {
    case 'new-lead':
      return lead({});
    case 'new-lead-waiting':
      return lead({ lead: waiting });
    case 'test-lead':
      return lead({ lead: { ...newLead.lead, isTest: true, lead: testLead } });
    case 'digest':
      return composeDigest({ id: ID, leads: digested, total: 14, notifications }, deployment);
    case 'incident-opened':
      return incident({});
    case 'incident-still-open':
      return incident({ told: 'reminded', incident: { ...broken, waiting: 12 } });
    case 'incident-resolved':
      return incident({ told: 'resolved', incident: over });
    case 'sign-in-expiring':
      return incident({ incident: expiring });
    case 'contact-request':
      return composeContactRequest({ id: ID, question, token: 'sample', notifications }, deployment);
    case 'weekly-summary':
      return composeWeeklySummary({ ...week, notifications }, deployment);
  }
}

const ID = '0b0e4a55-0000-4000-8000-000000000001';
const CONNECTION = '0b0e4a55-0000-4000-8000-000000000002';
const ORGANIZATION = 'https://contoso.crm4.dynamics.com';
const OFFER = 'Contoso Analytics';

function leadOf(
  [firstName, lastName, company, country]: readonly [string, string, string, string],
  action = 'INS',
): MarketplaceLead {
  const email = `${firstName}@${company}.example`.toLowerCase().replace(/[^a-z@.]/g, '');
  const lead = readMarketplaceLead({
    userDetails: {
      firstName,
      lastName,
      company,
      country,
      email,
      phone: '+49 30 1234567',
      title: 'Head of IT',
    },
    leadSource: `AzureMarketplace-${action}|contoso.contoso-analytics`,
    actionCode: action,
    offerTitle: OFFER,
    description: 'We have 40 seats and would like to begin in January.\nPlease call after 15:00.',
  });
  if (!lead) throw new Error('a sample is no lead');
  return lead;
}

const newLead: Pick<NewLead, 'offerTitle' | 'connectionUrl'> & { lead: WrittenLead } = {
  offerTitle: OFFER,
  connectionUrl: ORGANIZATION,
  lead: {
    ...{ outcome: 'written', leadId: ID, connectionId: CONNECTION, crmId: ID, organization: ORGANIZATION },
    ...{ attempts: 1, isTest: false, receivedAt: '2026-11-23T08:41:07.000Z', at: '2026-11-23T08:41:08.000Z' },
    lead: leadOf(['Maria', 'Anders', 'Alpine Ski House', 'DE'], 'PLT'),
  },
};
type WrittenLead = Extract<NewLead['lead'], { outcome: 'written' }>;

const waiting: NewLead['lead'] = {
  ...{ outcome: 'waiting', leadId: ID, isTest: false, lead: newLead.lead.lead },
  ...{ receivedAt: '2026-11-23T08:41:07.000Z', acceptedAt: '2026-11-23T08:41:07.000Z' },
  reason: {
    cause: 'AADSTS7000215',
    what: 'Entra ID refuses the client secret: it is not the one of the application.',
    remedy: 'Make a new client secret.',
  },
};

const testLead = leadOf(['MSFT_TEST_1', 'MSFT_TEST_2', 'MSFT_TEST_3', 'US']);

const digested: NewLead[] = (
  [
    ['Maria', 'Anders', 'Alpine Ski House', 'DE'],
    ['Ana', 'Trujillo', 'Adatum', 'MX'],
    ['ליאת', 'כהן', 'נורת׳ווינד', 'IL'],
    ['Hanna', 'Moos', 'Blue Yonder Airlines', 'CH'],
    ['José', 'Núñez García', 'Northwind & Söhne', 'ES'],
    ['Li', 'Wei', 'Wingtip', 'CN'],
  ] as const
).map((person, index) => ({
  ...newLead,
  notifications: { customer: 'all', language: 'en', timeZone: 'UTC' },
  lead: {
    ...(index > 3 ? waiting : newLead.lead),
    receivedAt: `2026-11-23T08:4${index}:12.000Z`,
    lead: leadOf(person, index % 2 === 0 ? 'PLT' : 'INS'),
  },
}));

const broken: Incident = {
  ...{ incidentId: ID, version: 1, transition: 'opened', by: 'itself', at: '2026-11-23T08:41:07.000Z' },
  ...{ kind: 'connection-broken', cause: 'AADSTS7000215', place: { scope: 'connection', id: CONNECTION } },
  ...{
    state: 'open',
    since: '2026-11-23T08:41:07.000Z',
    connectionIds: [CONNECTION],
    publisherIds: ['contoso'],
  },
  ...{ waiting: 3, dead: 0 },
  what: 'Entra ID refuses the client secret: it is not the one of the application.',
  remedy:
    'Open the application in the Azure portal.\nMake a new client secret under Certificates & secrets.\nEnter it in the Connection details of the offer.',
};
const over: Incident = {
  ...broken,
  ...{
    state: 'resolved',
    transition: 'resolved',
    resolvedAt: '2026-11-23T10:02:00.000Z',
    resolvedBy: 'Alex Wilber',
  },
};
const expiring: Incident = {
  ...broken,
  ...{ kind: 'secret-expiring', cause: 'client-secret', waiting: 0 },
  what: 'The client secret expires on 2027-01-17. After that day leads wait until it is replaced.',
};
const incidentOpened: Omit<IncidentMessage, 'notifications'> = {
  ...{ id: ID, told: 'opened', incident: broken, refused: { named: [], total: 0 } },
  offers: [{ title: OFFER, organization: ORGANIZATION }],
};

const question = {
  contactId: ID,
  publisher: { id: 'contoso', name: 'Contoso' },
  address: 'partner@fabrikam.example',
};

const week = {
  ...{ id: ID, from: '2026-11-16', until: '2026-11-22', waiting: 0, dead: 1, medianSeconds: 2, incidents: 1 },
  leads: [
    { offerTitle: OFFER, action: 'INS', count: 21 },
    { offerTitle: OFFER, action: 'PLT', count: 9 },
    { offerTitle: 'Contoso Forecast', action: 'STARTTESTDRIVE', count: 4 },
  ],
};
