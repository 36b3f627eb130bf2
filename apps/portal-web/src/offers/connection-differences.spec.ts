import { expect, test } from '@jest/globals';
import type { Connection } from './connection.ts';
import { differencesBetween } from './connection-differences.ts';

const connection: Connection = {
  connectionId: 'c1',
  version: 1,
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'crm', title: 'Contoso CRM' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId: 'a',
  directoryId: 'd',
  contactEmails: 'one@contoso.com;two@contoso.com',
  state: 'draft',
  secret: { kind: 'client-secret', setAt: '2026-11-01T00:00:00Z', expiresOn: '2027-11-01' },
  leadAddressSetAt: '2026-11-01T00:00:00Z',
  changedAt: '2026-11-01T00:00:00Z',
  changedBy: 'alex@contoso.com',
};

test('only what differs is told, version and time of the change are not', () => {
  expect(differencesBetween(connection, { ...connection, version: 2, changedAt: 'later' })).toEqual([]);
  const after = { ...connection, url: 'https://contoso.crm.dynamics.com', contactEmails: 'one@contoso.com' };
  expect(differencesBetween(connection, after)).toEqual([
    { name: 'URL', before: 'https://contoso.crm4.dynamics.com', after: 'https://contoso.crm.dynamics.com' },
    { name: 'Contact email', before: 'one@contoso.com; two@contoso.com', after: 'one@contoso.com' },
  ]);
});

test('what is missing on one side is shown as missing', () => {
  const { applicationId, directoryId, ...rest } = connection;
  const after: Connection = { ...rest, authentication: 'office-365', userName: 'a@b.example' };
  expect([applicationId, directoryId]).toEqual(['a', 'd']);
  expect(differencesBetween(connection, after)).toEqual([
    { name: 'Authentication', before: 'Azure Active Directory', after: 'Office 365' },
    { name: 'Application (client) ID', before: 'a', after: '–' },
    { name: 'Directory ID', before: 'd', after: '–' },
    { name: 'User name', before: '–', after: 'a@b.example' },
  ]);
});
