import { describe, expect, test } from '@jest/globals';
import { type Incident, Trouble } from '@leads/contracts';
import { composeIncident, type IncidentMessage } from './incident.ts';
import { deployment, ORGANIZATION, telling } from './testing/deployment.ts';

const ID = '0b0e4a55-0000-4000-8000-000000000001';
const INCIDENT = '0b0e4a55-0000-4000-8000-000000000009';
const offer = (title: string) => ({ title, organization: ORGANIZATION as string | null });
const CONTOSO = offer('Contoso Analytics');

const BROKEN: Incident = {
  incidentId: INCIDENT,
  version: 1,
  transition: 'opened',
  by: 'itself',
  at: '2026-11-22T20:15:31.000Z',
  kind: 'connection-broken',
  cause: 'AADSTS7000215',
  place: { scope: 'connection', id: '0b0e4a55-0000-4000-8000-000000000002' },
  state: 'open',
  since: '2026-11-22T20:15:30.000Z',
  connectionIds: ['0b0e4a55-0000-4000-8000-000000000002'],
  publisherIds: ['contoso'],
  what: 'The client secret is wrong.',
  remedy: 'Make a new client secret. Enter it in the Connection details.',
  waiting: 3,
  dead: 0,
};

const compose = (incident: Partial<Incident> = {}, mail: Partial<IncidentMessage> = {}, where = deployment) =>
  composeIncident(
    {
      ...{ id: ID, told: 'opened', incident: { ...BROKEN, ...incident }, offers: [CONTOSO] },
      ...{ refused: { named: [], total: 0 }, notifications: telling(), ...mail },
    },
    where,
  );

describe('the mail about an incident', () => {
  test('says what happened since when, whether anything is lost, what waits, what to do, and where', () => {
    expect(compose({ dead: 2 }).text).toBe(`Leads for Contoso Analytics wait: the connection does not work

What happened:       The client secret is wrong.
Since:               22 November 2026 at 20:15 UTC
Is anything lost:    No. Leads are taken in and wait.
Leads that wait:     3
Leads that are dead: 2; each can be delivered again
Offer:               Contoso Analytics
Organization:        https://contoso.crm4.dynamics.com

What to do:
  1. Make a new client secret.
  2. Enter it in the Connection details.

Open the incident: https://console.example/incidents/0b0e4a55-0000-4000-8000-000000000009

-- 
You get this mail because your address is a contact e-mail of this offer’s lead destination. It can be changed in the offer’s connection details.
`);
  });

  test('says the same in HTML, escaped', () => {
    const { html } = compose({
      what: 'AADSTS7000215 <invalid>',
      remedy: 'Certificates & secrets: a new one.',
    });
    expect(html).toContain('AADSTS7000215 &#60;invalid&#62;');
    expect(html).toContain('>Certificates &#38; secrets: a new one.</li>');
    expect(html).toContain(ORGANIZATION);
  });

  test('names all offers of who gets it', () => {
    const offers = [CONTOSO, offer('Contoso Forecast'), offer('Contoso Maps')];
    const { subject, text } = compose({}, { offers });
    expect(subject).toBe('Leads for Contoso Analytics and 2 more offers wait: the connection does not work');
    expect(text).toMatch(/^Offers: +Contoso Analytics, Contoso Forecast, Contoso Maps$/m);
    expect(text).toMatch(/^Organization: +https/m);
    expect(compose({}, { offers: offers.slice(0, 2) }).subject).toBe(
      'Leads for Contoso Analytics and Contoso Forecast wait: the connection does not work',
    );
  });

  test.each([
    { connectionIds: ['0b0e4a55-0000-4000-8000-000000000002', '0b0e4a55-0000-4000-8000-000000000003'] },
    { connections: 1_500 },
  ])('tells nobody how many leads of others’ offers wait or are dead (%j)', (of) => {
    const { text } = compose({ ...of, waiting: 12, dead: 9 }, { refused: { named: [], total: 1 } });
    expect(text).not.toMatch(/waiting/i);
    expect(text).toMatch(/^Leads that are dead: +1; it can be delivered again$/m);
  });

  test('names the customers of dead leads by name and company, and how many more there are', () => {
    const named = [
      { name: 'Ana Trujillo', company: 'Adatum' },
      { name: '', company: 'Fabrikam' },
      { name: '', company: '' },
    ];
    const { text } = compose({ kind: 'leads-refused', dead: 1 }, { refused: { named, total: 5 } });
    expect(text).toMatch(/^Leads that are dead: +5; each can be delivered again$/m);
    expect(text).toMatch(/^Customers: +Ana Trujillo, Adatum; Fabrikam; one who left no name; and 2 more$/m);
    const one = compose({}, { refused: { named: named.slice(0, 1), total: 1 } });
    expect(one.text).toMatch(/^Customer: +Ana Trujillo, Adatum$/m);
    expect(compose().text).not.toMatch(/^Customer/m);
  });

  test('is a reminder while it lasts, and at its end says since when and by whom, with nothing to do', () => {
    expect(compose({}, { told: 'reminded' }).subject).toMatch(/^Reminder: Leads for Contoso Analytics wait/);
    const end = compose(
      { state: 'resolved', resolvedAt: '2026-11-23T08:00:00.000Z', resolvedBy: 'Ana', waiting: 0 },
      { told: 'resolved' },
    );
    expect(end.subject).toBe('Leads for Contoso Analytics are written again');
    expect(end.text).toMatch(/^Over since: +23 November 2026 at 08:00 UTC$/m);
    expect(end.text).toMatch(/^Resolved by: +Ana$/m);
    expect(end.text).not.toContain('What to do');
  });

  const EXPIRES = 'The client secret expires on 2027-01-17. After that day leads wait until it is replaced.';
  const EXPIRED = 'The certificate expired on 2026-11-21. New leads are kept.';
  test.each<[Trouble, string, string]>([
    ['connection-broken', 'Anything.', 'Leads for Contoso Analytics wait: the connection does not work'],
    ['destination-away', 'Anything.', 'Leads for Contoso Analytics wait: Dynamics 365 does not answer'],
    ['leads-refused', 'Anything.', 'Leads for Contoso Analytics are refused by Dynamics 365'],
    ['connection-warning', 'No role.', 'The connection of Contoso Analytics needs a look'],
    ['secret-expiring', EXPIRES, 'The client secret for Contoso Analytics expires on 17 January 2027'],
    ['secret-expiring', 'Something else.', 'The secret for Contoso Analytics is to be replaced'],
    ['secret-expired', EXPIRED, 'The certificate for Contoso Analytics expired on 21 November 2026'],
    [
      'secret-expired',
      'Leads wait. The client secret has expired.',
      'The client secret for Contoso Analytics has expired',
    ],
    ['records-undecodable', 'Anything.', 'A record about Contoso Analytics could not be read'],
  ])('of kind %s that says "%s" has the subject "%s"', (kind, what, subject) => {
    expect(compose({ kind, what }).subject).toBe(subject);
  });

  test.each([...Trouble.options, 'made-tomorrow'])(
    'of kind %s says whether anything is lost, and its end',
    (kind) => {
      expect(compose({ kind }).text).toMatch(/^Is anything lost: +No\. \w/m);
      expect(compose({ kind }, { told: 'resolved' }).subject).not.toBe(compose({ kind }).subject);
    },
  );

  test('leaves out what is not known: organisation, console, numbers', () => {
    const { text } = compose(
      { waiting: 0 },
      { offers: [{ ...CONTOSO, organization: null }] },
      { ...deployment, consoleUrl: undefined },
    );
    expect(text).not.toMatch(/Organization|console|Leads that/);
  });

  test('names no customer where the connection wants none shown', () => {
    const refused = { named: [{ name: 'Ana Trujillo', company: 'Adatum' }], total: 1 };
    const { text } = compose({}, { refused, notifications: telling({ customer: 'none' }) });
    expect(text).not.toMatch(/Ana Trujillo|Adatum|^Customer/m);
    expect(text).toMatch(/^Leads that are dead: +1; it can be delivered again$/m);
  });

  test('carries the incident in a header, under an id of its own', () => {
    const mail = compose();
    expect(mail).toMatchObject({ id: ID, idHeader: 'X-Incident-Id' });
    expect(mail.about).not.toBe(ID);
  });
});
