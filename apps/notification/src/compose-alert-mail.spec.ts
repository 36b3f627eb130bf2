import { describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import fc from 'fast-check';
import { composeAlertMail } from './compose-alert-mail.ts';
import { alertOf } from './written-leads.fixture.ts';

const CONNECTION_ID = '0b0e4a55-0000-4000-8000-000000000002';
const ORGANIZATION = 'https://contoso.crm4.dynamics.com';

const compose = (alert: Partial<Alert>, organization: string | null = ORGANIZATION) =>
  composeAlertMail({
    alert: { ...alertOf(CONNECTION_ID), ...alert },
    offerTitle: 'Contoso Analytics',
    organization,
  });

describe('the mail about an alert', () => {
  test('says what happened, whether anything is lost, what to do, and of which offer and organisation', () => {
    expect(compose({}).text)
      .toBe(`Leads for Contoso Analytics wait: the connection to contoso.crm4.dynamics.com does not work

What happened:    Leads wait because the connection does not work. The client secret is wrong.
Is anything lost: No. Leads are taken in and wait.
What to do:       Enter a new client secret.
Offer:            Contoso Analytics
Organisation:     https://contoso.crm4.dynamics.com
When:             22 November 2026 at 20:15 UTC

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
    expect(html).toContain('Certificates &#38; secrets: a new one.');
    expect(html).toContain(ORGANIZATION);
  });

  const EXPIRES =
    'The client secret of the Dynamics 365 connection of "Acme Inc. expires on 2020-01-01." expires on 2027-01-17. After that day leads wait.';
  const EXPIRED =
    'The certificate of the Dynamics 365 connection of "Contoso Analytics" expired on 2026-11-21. New leads are kept.';
  test.each<[Alert['kind'], string, string]>([
    [
      'connection-failing',
      'Anything.',
      'Leads for Contoso Analytics wait: the connection to contoso.crm4.dynamics.com does not work',
    ],
    ['connection-restored', 'Anything.', 'Leads for Contoso Analytics are written again'],
    ['connection-warning', 'No role.', 'The connection of Contoso Analytics needs a look: No role.'],
    ['secret-expiring', EXPIRES, 'The client secret for Contoso Analytics expires on 2027-01-17'],
    ['secret-expiring', EXPIRED, 'The certificate for Contoso Analytics expired on 2026-11-21'],
    ['secret-expiring', 'Something else.', 'The secret for Contoso Analytics is to be replaced'],
    ['record-quarantined', 'Anything.', 'A record about Contoso Analytics could not be read'],
  ])('of kind %s that says "%s" has the subject "%s"', (kind, what, subject) => {
    expect(compose({ kind, what }).subject).toBe(subject);
  });

  test.each<[NonNullable<Alert['secret']>, string]>([
    [
      { kind: 'client-secret', expiresOn: '2026-11-23' },
      'The client secret for Contoso Analytics expires on 2026-11-23',
    ],
    [
      { kind: 'password', expiresOn: '2026-11-22' },
      'The password for Contoso Analytics expires on 2026-11-22',
    ],
    [
      { kind: 'certificate', expiresOn: '2026-11-21' },
      'The certificate for Contoso Analytics expired on 2026-11-21',
    ],
    [{ kind: 'certificate' }, 'The certificate for Contoso Analytics is to be replaced'],
  ])('on 22 November about the secret %j has the subject "%s", whatever its words', (secret, subject) => {
    expect(compose({ kind: 'secret-expiring', what: EXPIRES, secret }).subject).toBe(subject);
  });

  test.each(Alert.shape.kind.options)('of kind %s says whether anything is lost', (kind) => {
    expect(compose({ kind }).text).toMatch(/^Is anything lost: No\. \w/m);
  });

  test('leaves the organisation out where it is not known', () => {
    const { subject, text } = compose({}, null);
    expect(subject).toBe('Leads for Contoso Analytics wait: the connection does not work');
    expect(text).not.toContain('Organisation:');
  });
});

describe('whatever an alert quotes', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\r\nBcc: everybody@example.com',
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '\u2028\u2029\u0085\u0000\u202e',
      '\ud800',
      'x'.repeat(60_000),
    ),
  );
  const mails = fc
    .record({
      kind: fc.constantFrom(...Alert.shape.kind.options),
      what: nasty,
      remedy: nasty,
      offerTitle: nasty,
    })
    .map(({ offerTitle, ...alert }) =>
      composeAlertMail({
        alert: { ...alertOf(CONNECTION_ID), ...alert },
        offerTitle,
        organization: ORGANIZATION,
      }),
    );

  test('the subject stays one line of bounded length without control characters', () => {
    fc.assert(
      fc.property(mails, ({ subject }) => {
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect([...subject].length).toBeLessThanOrEqual(250);
        expect(subject.isWellFormed()).toBe(true);
      }),
    );
  });

  test('the HTML has no tag but its own, and the text no line but its own', () => {
    fc.assert(
      fc.property(mails, ({ html, text }) => {
        const tags = html.match(/<[^>]*>/g) ?? [];
        expect(tags.join('')).not.toMatch(/onerror|script|img/);
        expect(new Set(tags.map((tag) => /^<\/?([a-z1]*)/.exec(tag)?.[1]))).toEqual(
          new Set(['', 'html', 'head', 'meta', 'title', 'body', 'h1', 'table', 'tr', 'td', 'p']),
        );
        expect(text.split('\n').filter((line) => /^\w[\w ]*: {2,}/.test(line)).length).toBeLessThanOrEqual(6);
        expect(text.split('\n').join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
