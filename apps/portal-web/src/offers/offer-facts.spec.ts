import { describe, expect, test } from '@jest/globals';
import type { Offer } from '@leads/contracts/portal-api';
import type { Connection } from './connection.ts';
import { newerOffer, offerWith } from './offer-facts.ts';

const connection: Connection = {
  connectionId: 'c1',
  version: 2,
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'crm', title: 'Contoso CRM' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  contactEmails: 'one@contoso.com; two@contoso.com',
  state: 'published',
  secret: { kind: 'client-secret', setAt: '2026-11-01T00:00:00Z' },
  leadAddressSetAt: '2026-11-01T00:00:00Z',
  changedAt: '2026-11-02T00:00:00Z',
  changedBy: 'alex@contoso.com',
};
const ledger: Offer = {
  ...offerWith(undefined, { ...connection, version: 1, state: 'draft' }),
  counts: { accepted: 3, written: 3, pending: 0, dead: 0 },
};

describe('an offer with what a saved connection says', () => {
  test('is there before the ledger has heard of it', () => {
    expect(offerWith(undefined, connection)).toMatchObject({
      connectionId: 'c1',
      contactEmails: ['one@contoso.com', 'two@contoso.com'],
      counts: { accepted: 0 },
      health: 'healthy',
      state: 'published',
    });
  });

  test('keeps its figures and takes on the new state', () => {
    const offer = offerWith(ledger, connection);
    expect(offer).toMatchObject({
      state: 'published',
      health: 'healthy',
      version: 2,
      counts: { accepted: 3 },
    });
    expect(offerWith({ ...ledger, health: 'failing' }, connection).health).toBe('failing');
    expect(offerWith(ledger, { ...connection, state: 'paused' }).health).toBe('paused');
  });

  test('is left alone by an older answer', () => {
    const newer = { ...ledger, version: 5 };
    expect(offerWith(newer, connection)).toBe(newer);
  });
});

test('what the ledger says late changes figures only; what it says in time counts', () => {
  const known = offerWith(ledger, connection);
  const late = { ...ledger, counts: { ...ledger.counts, accepted: 4, pending: 1 } };
  expect(newerOffer(known, late)).toEqual({ ...known, counts: late.counts });
  const inTime = { ...ledger, version: 2, state: 'published' as const };
  expect(newerOffer(known, inTime)).toBe(inTime);
  expect(newerOffer(undefined, ledger)).toBe(ledger);
});
