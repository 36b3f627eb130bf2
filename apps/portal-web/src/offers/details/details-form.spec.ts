import { describe, expect, test } from '@jest/globals';
import { readConnectionChange } from '@leads/contracts/connection-details';
import type { Connection } from '../connection.ts';
import {
  bodyOf,
  byField,
  type DetailsForm,
  emptyForm,
  expiryHint,
  faultsOfForm,
  FIELD_ORDER,
  formOf,
  secretBodyOf,
} from './details-form.ts';

const today = '2026-11-22';
const applicationId = '23456052-1111-4222-8662-123400df788f';
const directoryId = '4d0c1b2a-3f5e-4c6d-8a9b-0e1f2a3b4c5d';

const saved: Connection = {
  connectionId: 'c1',
  version: 3,
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'crm', title: 'Contoso CRM' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId,
  directoryId,
  contactEmails: 'one@contoso.com;two@contoso.com',
  state: 'draft',
  secret: { kind: 'client-secret', setAt: '2026-11-01T00:00:00Z', expiresOn: '2026-11-01' },
  leadAddressSetAt: '2026-11-01T00:00:00Z',
  changedAt: '2026-11-01T00:00:00Z',
  changedBy: 'alex@contoso.com',
};
const complete: DetailsForm = {
  ...formOf(saved),
  clientSecret: 'abc~secret',
  clientSecretExpiresOn: '2028-01-01',
};

describe('the fields of a connection', () => {
  test('go back unchanged as a change that keeps the secret, even an expired one', () => {
    const body = bodyOf(formOf(saved), saved);
    expect(Object.keys(body)).not.toContain('clientSecret');
    expect(Object.keys(body)).not.toContain('clientSecretExpiresOn');
    expect(faultsOfForm(formOf(saved), saved, today)).toEqual({});
    const rules = { regions: new Map(), today, readCertificate: () => ({ ok: true }) as const };
    expect(readConnectionChange({ ...body, url: '' }, rules)).toMatchObject({
      faults: [{ pointer: '/url' }],
    });
  });

  test('say how contacts are told, and which part of that is at fault', () => {
    const notifications = { customer: 'all', language: 'ja', timeZone: 'Asia/Tokyo' } as const;
    expect(bodyOf(formOf({ ...saved, notifications }), saved)).toMatchObject({ notifications });
    expect(bodyOf(formOf(saved), saved)).toMatchObject({
      notifications: { customer: 'company-and-name', language: 'en', timeZone: 'UTC' },
    });
    expect(faultsOfForm({ ...complete, messageTimeZone: 'Berlin' }, saved, today)).toEqual({
      messageTimeZone: 'Enter a time zone by its name, such as Europe/Berlin or UTC.',
    });
  });

  test('say what is done with leads: what is left empty holds as the operators set it', () => {
    expect(bodyOf(formOf(saved), saved)).toMatchObject({ repeatHours: null, otherPartnerLeads: 'written' });
    const chosen: Connection = { ...saved, repeatHours: 0, otherPartnerLeads: 'not-written' };
    expect(bodyOf(formOf(chosen), chosen)).toMatchObject({
      repeatHours: 0,
      otherPartnerLeads: 'not-written',
    });
    for (const repeatHours of ['200', '1.5', 'soon'])
      expect(faultsOfForm({ ...complete, repeatHours }, saved, today).repeatHours).toMatch(
        /^Enter a whole number/,
      );
  });

  test('of the authentication that was not chosen are not sent', () => {
    const office = {
      ...complete,
      authentication: 'office-365' as const,
      userName: 'a@b.example',
      password: 'p',
    };
    expect(bodyOf(office)).toMatchObject({ userName: 'a@b.example', password: 'p' });
    expect(Object.keys(bodyOf(office))).not.toContain('clientSecret');
    expect(Object.keys(bodyOf(complete))).not.toContain('userName');
  });

  test('send the certificate alone where that is the proof, and need it where there was a secret', () => {
    const form: DetailsForm = { ...complete, proof: 'certificate', certificate: 'PEM' };
    expect(bodyOf(form)).toMatchObject({ certificate: 'PEM' });
    expect(Object.keys(bodyOf(form))).not.toContain('clientSecret');
    expect(Object.keys(bodyOf(form))).not.toContain('clientSecretExpiresOn');
    expect(secretBodyOf(form)).toEqual({ certificate: 'PEM' });
    expect(faultsOfForm(form, undefined, today)).toEqual({});
    const empty: DetailsForm = { ...form, certificate: '' };
    expect(faultsOfForm(empty, undefined, today)).toEqual({ certificate: expect.stringContaining('PEM') });
    expect(faultsOfForm(empty, saved, today)).toEqual({ certificate: expect.stringContaining('PEM') });
    const certified: Connection = { ...saved, secret: { kind: 'certificate', setAt: saved.changedAt } };
    expect(faultsOfForm(formOf(certified), certified, today)).toEqual({});
    const back: DetailsForm = { ...formOf(certified), proof: 'client-secret' };
    expect(faultsOfForm(back, certified, today)).toEqual({ clientSecret: 'Enter the client secret.' });
  });

  test('send another expiry of the secret that stays', () => {
    const form = { ...formOf(saved), clientSecretExpiresOn: '2027-05-01' };
    expect(bodyOf(form, saved)).toMatchObject({ clientSecretExpiresOn: '2027-05-01' });
  });
});

describe('faults', () => {
  test('are at every empty field of a new connection, in words', () => {
    const faults = faultsOfForm(emptyForm, undefined, today);
    expect(Object.keys(faults).sort()).toEqual(
      [
        'publisherId',
        'offerId',
        'offerTitle',
        'url',
        'applicationId',
        'directoryId',
        'clientSecret',
        'contactEmails',
      ].sort(),
    );
    expect(faults.url).toContain('https://contoso.crm4.dynamics.com');
  });

  test('there are none where everything is right', () => {
    expect(faultsOfForm(complete, undefined, today)).toEqual({});
  });

  test('another application needs its own secret, and another user their own password', () => {
    const other = { ...formOf(saved), applicationId: '00000000-1111-4222-8662-123400df788f' };
    expect(faultsOfForm(other, saved, today).clientSecret).toContain('belongs to its application');
    expect(faultsOfForm({ ...other, clientSecret: 'new' }, saved, today).clientSecret).toBeUndefined();
    const office = { ...formOf(saved), authentication: 'office-365' as const, userName: 'a@b.example' };
    expect(faultsOfForm(office, saved, today)).toEqual({
      password: 'A password belongs to its user: enter that of this one.',
    });
  });

  test('the same identity in capitals or with blanks is no other one', () => {
    const form = { ...formOf(saved), applicationId: ` ${applicationId.toUpperCase()} ` };
    expect(faultsOfForm(form, saved, today)).toEqual({});
  });

  test('a region that only the operators know is left to the service; a test ring that it refuses is not our word', () => {
    expect(
      faultsOfForm({ ...complete, url: 'https://contoso.crm77.dynamics.com' }, undefined, today),
    ).toEqual({});
    expect(faultsOfForm({ ...complete, url: 'https://contoso.example' }, undefined, today).url).toBeDefined();
  });

  test('of the service are put at their fields, several at one together, others apart', () => {
    const { faults, rest } = byField([
      { pointer: '/contactEmails', detail: 'One.' },
      { pointer: '/contactEmails', detail: 'Two.' },
      { pointer: '/offer/title', detail: 'Three.' },
      { pointer: '/certificate', detail: 'Four.' },
      { pointer: '/mapping/columns', detail: 'Five.' },
      { pointer: '', detail: 'Six.' },
    ]);
    expect(faults).toEqual({ contactEmails: 'One. Two.', offerTitle: 'Three.', certificate: 'Four.' });
    expect(rest.map(({ detail }) => detail)).toEqual(['Five.', 'Six.']);
  });

  test('every field of the dialog has its place in the order', () => {
    const missing = Object.keys(emptyForm).filter((field) => !FIELD_ORDER.some((known) => known === field));
    expect(missing).toEqual(['publisherName']);
  });
});

test('an expiry that is near or past is mentioned', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const hint = (clientSecretExpiresOn: string): string | undefined =>
    expiryHint({ ...emptyForm, clientSecretExpiresOn }, now);
  expect(hint('2026-11-21')).toContain('has passed');
  expect(hint('2026-12-01')).toContain('9 days');
  expect(hint('2028-01-01')).toBeUndefined();
  expect(hint('')).toBeUndefined();
});
