import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FieldRules, readConnectionChange, readNewConnection } from './connection-fields.ts';
import { KNOWN_REGIONS } from './dynamics-url.ts';

const contoso = {
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId: '7b1e0d9c-2a4f-4b6e-9d8c-1f2e3d4c5b6a',
  directoryId: '4d0c1b2a-3f5e-4c6d-8a9b-0e1f2a3b4c5d',
  clientSecret: 'a-client-secret',
  contactEmails: 'sales@contoso.example;marketing@contoso.example',
};
const rules: FieldRules = {
  regions: KNOWN_REGIONS,
  today: '2026-11-22',
  readCertificate: (pem) =>
    pem.startsWith('-----BEGIN')
      ? { ok: true, expiresOn: '2027-01-01' }
      : { ok: false, fault: 'No certificate.' },
};
const faults = (changes: Record<string, unknown>, base: Record<string, unknown> = contoso): string[] => {
  const entered = readNewConnection({ ...base, ...changes }, rules);
  return entered.ok ? [] : entered.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
};
const { applicationId, directoryId, clientSecret, ...common } = contoso;
const office365 = {
  ...common,
  authentication: 'office-365',
  userName: 'leads@contoso.onmicrosoft.com',
  password: 'P@ssw0rd',
};

const entries = (count: number, value = 'x'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`contoso_${index}`, value]));

test('names that people are shown are one line, and no character in them reorders what is beside it', () => {
  const odd = ' Contoso\r\n\u202eAnalytics\u2066\u0007\ud83d ';
  const entered = readNewConnection(
    { ...contoso, offer: { id: 'a\nb', title: odd }, publisher: { id: 'contoso', name: odd } },
    rules,
  );
  expect(entered).toMatchObject({
    ok: true,
    fields: {
      offer: { id: 'a b', title: 'Contoso Analytics \ufffd' },
      publisher: { name: 'Contoso Analytics \ufffd' },
    },
  });
  expect(faults({ offer: { id: 'x', title: '\u202e \n' } })).toEqual([
    "/offer/title Enter the offer's title.",
  ]);
});

describe('the details of a connection', () => {
  test('are read for both ways to sign in', () => {
    expect(readNewConnection(contoso, rules)).toMatchObject({
      ok: true,
      fields: {
        url: contoso.url,
        contactEmails: ['sales@contoso.example', 'marketing@contoso.example'],
        identity: { authentication: 'azure-active-directory', applicationId, directoryId },
        secret: { kind: 'client-secret', value: clientSecret },
      },
    });
    expect(readNewConnection(office365, rules)).toMatchObject({
      ok: true,
      fields: {
        identity: { authentication: 'office-365', userName: office365.userName },
        secret: { kind: 'password', value: 'P@ssw0rd' },
      },
    });
  });

  test.each([
    [{ applicationId: 'abc' }, '/applicationId Enter the Application (client) ID'],
    [{ directoryId: undefined }, '/directoryId Enter the Directory ID'],
    [{ clientSecret: '' }, '/clientSecret Enter the client secret.'],
    [{ clientSecret: undefined }, '/clientSecret Enter the client secret.'],
    [{ clientSecret: 'a ' }, '/clientSecret The client secret must not begin or end with a blank.'],
    [
      { clientSecretExpiresOn: '2026-11-21' },
      '/clientSecretExpiresOn A client secret that expired on 2026-11-21',
    ],
    [{ clientSecretExpiresOn: 'never' }, '/clientSecretExpiresOn Enter the day'],
    [{ leadDestination: 'azure-table' }, '/leadDestination The lead destination must be dynamics-365'],
    [{ authentication: 'kerberos' }, '/authentication Choose the authentication'],
    [{ publisher: { id: 'contoso' } }, "/publisher/name Enter the publisher's name."],
    [{ offer: undefined }, '/offer Enter the offer.'],
    [{ password: 'x' }, '/password This field belongs to the authentication office-365'],
    [
      { mapping: { constants: { 'Not A Column': 'x' } } },
      '/mapping/constants/Not A Column A constant is a text',
    ],
    [
      { mapping: { columns: { contoso_offer: 'price' } } },
      '/mapping/columns/contoso_offer A further column can',
    ],
    [{ mapping: { targets: { shoeSize: 'contoso_size' } } }, '/mapping/targets'],
    [
      { mapping: { lookups: { currency: 'https://evil.example' } } },
      '/mapping/lookups/currency A lookup binds',
    ],
    [{ mapping: { countryLanguage: 'German' } }, '/mapping/countryLanguage Enter the language'],
    [{ mapping: { colors: {} } }, '/mapping/colors There is no such field'],
    [{ mapping: 'standard' }, '/mapping A mapping has these parts'],
    [{ repeatHours: 169 }, '/repeatHours Enter a whole number of hours from 0'],
    [{ repeatHours: 1.5 }, '/repeatHours Enter a whole number of hours from 0'],
    [{ repeatHours: '24' }, '/repeatHours Enter a whole number of hours from 0'],
    [{ repeatHours: NaN }, '/repeatHours Enter a whole number of hours from 0'],
    [{ otherPartnerLeads: 'deleted' }, '/otherPartnerLeads Choose what is done with leads'],
    [{ notifications: { customer: 'some' } }, '/notifications/customer Choose how much of a customer'],
    [{ notifications: { language: 'nl' } }, '/notifications/language Choose the language'],
    [{ notifications: { timeZone: 'Berlin' } }, '/notifications/timeZone Enter a time zone by its name'],
    [{ notifications: { timeZone: '+01:00' } }, '/notifications/timeZone Enter a time zone by its name'],
    [{ notifications: { colour: 'red' } }, '/notifications/colour There is no such field'],
    [{ notifications: 'all' }, '/notifications Notifications have these parts'],
    [{ 'a/b~c': 1 }, '/a~1b~0c There is no such field'],
  ])('%j is at fault', (changes, fault) => {
    expect(faults(changes)).toEqual([expect.stringContaining(fault)]);
  });

  test('may say how long a lead is the same, and what is done with those for another partner', () => {
    for (const chosen of [{}, { repeatHours: 0, otherPartnerLeads: 'not-written' }, { repeatHours: null }]) {
      const read = readNewConnection({ ...contoso, ...chosen }, rules);
      expect(read).toMatchObject({ ok: true, fields: chosen });
      if (read.ok) expect('repeatHours' in read.fields).toBe('repeatHours' in chosen);
    }
  });

  test('may say how contacts are told; what is left out is as usual', () => {
    const read = readNewConnection({ ...contoso, notifications: { language: 'ja' } }, rules);
    const notifications = { customer: 'company-and-name', language: 'ja', timeZone: 'UTC' };
    expect(read).toMatchObject({ ok: true, fields: { notifications } });
    expect(readNewConnection({ ...contoso, notifications: null }, rules)).toMatchObject({
      ok: true,
      fields: { notifications: null },
    });
  });

  test('with a mapping of too many entries, or of too much text, are refused in words', () => {
    const tooMany = ['/mapping A mapping has at most 100 entries, and this one has 101. Leave some away.'];
    expect(faults({ mapping: { constants: entries(101) } })).toEqual(tooMany);
    expect(faults({ mapping: { constants: entries(60), columns: entries(41, 'offer') } })).toEqual(tooMany);
    expect(faults({ mapping: { constants: entries(100, '\u{10ffff}'.repeat(1_000)) } })).toEqual([
      '/mapping A mapping has at most 256 KB of text, and this one has 393. Shorten its constants.',
    ]);
    expect(faults({ mapping: { constants: entries(100, 'x'.repeat(2_000)) } })).toEqual([]);
  });

  test.each([
    [{ userName: 'leads' }, '/userName The user name has the form name@domain'],
    [{ password: undefined }, '/password Enter the password.'],
    [{ clientSecret: 'x' }, '/clientSecret This field belongs to the authentication azure-active-directory'],
  ])('%j is at fault with Office 365', (changes, fault) => {
    expect(faults(changes, office365)).toEqual([expect.stringContaining(fault)]);
  });

  test('a certificate is read by whoever can, and lasts as long as that says', () => {
    const certificate = { clientSecret: undefined, certificate: '-----BEGIN CERTIFICATE-----' };
    expect(readNewConnection({ ...contoso, ...certificate }, rules)).toMatchObject({
      ok: true,
      fields: { secret: { kind: 'certificate', value: certificate.certificate, expiresOn: '2027-01-01' } },
    });
    expect(faults({ ...certificate, certificate: 'x' })).toEqual(['/certificate No certificate.']);
    expect(faults({ certificate: certificate.certificate })).toEqual([
      '/certificate Enter a client secret or a certificate, not both.',
    ]);
  });

  test('a change may leave the secret as it is', () => {
    expect(readConnectionChange({ ...contoso, clientSecret: undefined }, rules)).toMatchObject({ ok: true });
    expect(readConnectionChange({ ...contoso, clientSecret: '' }, rules)).toMatchObject({ ok: false });
  });

  test('a change to a connection whose secret has expired may say so as it is', () => {
    const changes = { clientSecret: undefined, clientSecretExpiresOn: '2026-11-21' };
    expect(readConnectionChange({ ...contoso, ...changes }, rules)).toMatchObject({
      ok: true,
      fields: { secretExpiresOn: '2026-11-21' },
    });
  });

  test('no fault quotes a secret, whatever else was entered', () => {
    const secret = 'Xq8~very-secret-value';
    const anything = fc.record(
      {
        url: fc.jsonValue(),
        authentication: fc.constantFrom('office-365', 'azure-active-directory', 'x', null),
        contactEmails: fc.jsonValue(),
        clientSecretExpiresOn: fc.jsonValue(),
        publisher: fc.jsonValue(),
        clientSecret: fc.constantFrom(` ${secret}`, { value: secret }, [secret]),
        password: fc.constantFrom(`${secret} `, { value: secret }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, (changes) => {
        expect(faults(changes, office365).join()).not.toContain(secret);
      }),
    );
  });

  test.each([null, [], 'text', 7])('%j is not a connection', (body) => {
    expect(readNewConnection(body, rules)).toMatchObject({ ok: false, faults: [{ pointer: '' }] });
  });
});
