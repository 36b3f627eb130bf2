import { expect, test } from '@jest/globals';
import type { Offer, OfferHealth } from '@leads/contracts/portal-api';
import { findOffers, sortOffers } from './sort-offers.ts';

const offer = (title: string, health: OfferHealth = 'healthy', publisher = 'Contoso'): Offer => ({
  connectionId: `id-${title}`,
  publisher: { id: publisher.toLowerCase(), name: publisher },
  offer: { id: title.toLowerCase().replaceAll(' ', '-'), title },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  contactEmails: [],
  state: 'published',
  version: 1,
  changedAt: '2026-11-22T12:00:00Z',
  health,
  counts: { accepted: 0, written: 0, pending: 0, dead: 0 },
});

test('what needs somebody comes first, the rest by title', () => {
  const offers = [
    offer('Zebra'),
    offer('Mail', 'paused'),
    offer('Alpha'),
    offer('CRM', 'failing'),
    offer('Beta', 'draft'),
  ];
  expect(sortOffers(offers).map((one) => one.offer.title)).toEqual(['CRM', 'Mail', 'Alpha', 'Beta', 'Zebra']);
});

test('a search finds every word, wherever it stands', () => {
  const offers = [offer('Sales Suite'), offer('Suite', 'healthy', 'Fabrikam'), offer('Sales')];
  expect(findOffers(offers, ' suite FABRI').map((one) => one.publisher.name)).toEqual(['Fabrikam']);
  expect(findOffers(offers, 'crm4')).toHaveLength(3);
  expect(findOffers(offers, '')).toHaveLength(3);
});
