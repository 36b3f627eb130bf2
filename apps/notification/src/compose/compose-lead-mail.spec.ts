import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  isMarketplaceTest,
  type LeadWritten,
  type MarketplaceLead,
  readMarketplaceLead,
} from '@leads/contracts';
import fc from 'fast-check';
import type { z } from 'zod';
import { composeLeadMail } from './compose-lead-mail.ts';

const CRM_ID = '4f2a0c1e-0000-4000-8000-00000000abcd';
const LEAD_ID = '0b0e4a55-0000-4000-8000-000000000001';

function sample(name: string): MarketplaceLead {
  const file = new URL(`../../../../libs/contracts/samples/marketplace/lead-${name}.json`, import.meta.url);
  const lead = readMarketplaceLead(JSON.parse(readFileSync(file, 'utf8')));
  if (!lead) throw new Error(`no lead in ${name}`);
  return lead;
}

function written(lead: MarketplaceLead): z.infer<typeof LeadWritten> {
  return {
    outcome: 'written',
    leadId: LEAD_ID,
    connectionId: '0b0e4a55-0000-4000-8000-000000000002',
    at: '2026-11-22T20:15:31.000Z',
    receivedAt: '2026-11-20T17:03:12.000Z',
    attempts: 1,
    isTest: isMarketplaceTest(lead),
    lead,
    crmId: CRM_ID,
    organization: 'https://contoso.crm4.dynamics.com',
  };
}

const OFFER = {
  offerTitle: 'Contoso Analytics',
  connectionUrl: 'https://contoso.crm4.dynamics.com',
  linkBase: undefined,
};

const compose = (lead: MarketplaceLead): ReturnType<typeof composeLeadMail> =>
  composeLeadMail({ ...OFFER, outcome: written(lead) });

describe('the mail about a lead', () => {
  test('names offer, person and company in its subject', () => {
    expect(compose(sample('pascal')).subject).toBe('New lead for Contoso Analytics: Ana Trujillo, Adatum');
  });

  test('says who it is, how to reach them, what they did and when, and where the record is', () => {
    const { text } = compose(sample('purchase-portal'));
    expect(text).toBe(`New lead for Contoso Analytics: Maria Anders, Fabrikam

Name:                  Maria Anders
Job title:             Sales Representative
Company:               Fabrikam
E-mail:                maria@fabrikam.com
Phone:                 0300074321
Country:               Germany
What they did:         Bought in the Azure portal
Where:                 AzurePortal
Offer:                 Contoso Analytics (contoso.contoso-analytics-v2.1)
They asked:            20 November 2026 at 17:03 UTC
In Dynamics 365 since: 22 November 2026 at 20:15 UTC

Notes:
  Campaigns: spring-2026

Open the lead in Dynamics 365: https://contoso.crm4.dynamics.com/main.aspx?etn=lead&id=${CRM_ID}&pagetype=entityrecord

-- 
You get this mail because your address is a contact e-mail of this offer’s lead destination. It can be changed in the offer’s connection details.
`);
  });

  test('says the same in HTML, with what the customer typed escaped', () => {
    const { html } = compose(sample('contact-me'));
    expect(html).toContain('José Núñez García');
    expect(html).toContain('Northwind &#38; Söhne');
    expect(html).toContain('We have 40 seats.\nPlease call after 15:00 &#60;CET&#62;.');
    expect(html).toContain(`<a href="https://contoso.crm4.dynamics.com/main.aspx?etn=lead&#38;id=${CRM_ID}`);
  });

  test('says at once where a customer asked another partner, and of no opt-out', () => {
    const mail = compose(sample('do-not-contact'));
    expect(mail.subject).toBe('[Another partner] New lead for Contoso Analytics: Li Wei, Wingtip');
    expect(mail.text).toMatch(/^Nothing to do: this customer asked another partner/);
    expect(mail.html.indexOf('Nothing to do: this customer')).toBeLessThan(mail.html.indexOf('<h1'));
  });

  test.each(['https://contoso.crm4.dynamics.com', null])(
    'leads nowhere where its record names a host that is not the connection’s (%s), and says the rest',
    (connectionUrl) => {
      const outcome = { ...written(sample('pascal')), organization: 'https://evil.example' };
      const { text, html } = composeLeadMail({ ...OFFER, outcome, connectionUrl });
      expect(text + html).not.toMatch(/evil|Open the lead|href/);
      expect(text).toContain('In Dynamics 365 since: 22 November 2026 at 20:15 UTC');
    },
  );

  test('marks a test lead', () => {
    const mail = compose(sample('validate'));
    expect(mail.subject).toMatch(/^\[Test\] New lead for Contoso Analytics: MSFT_TEST_/);
    expect(mail.text).toMatch(/^This is a test lead\./);
    expect(mail.html).toContain('This is a test lead.');
  });

  test('calls a customer without a name by their e-mail address, and leaves out what is not known', () => {
    const mail = compose(sample('sparse'));
    expect(mail.subject).toBe('New lead for Contoso Analytics: ops@tailspin.example');
    expect(mail.text).not.toContain('Phone:');
    expect(mail.text).not.toContain('Notes:');
  });
});

describe('whatever a customer types', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\r\nBcc: everybody@example.com',
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '&lt;b&gt;',
      "' onmouseover='x",
      '\u2028\u2029\u0085\u0000\u202e',
      '\ud800',
      'x'.repeat(60_000),
    ),
  );
  const leads: fc.Arbitrary<MarketplaceLead> = fc.record({
    customer: fc.record({
      firstName: nasty,
      lastName: nasty,
      email: nasty,
      phone: nasty,
      country: nasty,
      company: nasty,
      title: nasty,
    }),
    leadSource: nasty,
    actionCode: nasty,
    offerTitle: nasty,
    description: nasty,
  });
  const tags = (markup: string): string[] => markup.match(/<[^>]*>/g) ?? [];
  const KNOWN_TAG =
    /^<(\/?(html|head|title|body|p|strong|h1|table|tr|td|a)|!doctype html|meta charset="utf-8")(?= |>)[^<]*>$/;

  test('the subject stays one line of bounded length without control characters', () => {
    fc.assert(
      fc.property(leads, nasty, (lead, offerTitle) => {
        const { subject } = composeLeadMail({ ...OFFER, outcome: written(lead), offerTitle });
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect([...subject].length).toBeLessThanOrEqual(250);
        expect(subject.isWellFormed()).toBe(true);
      }),
    );
  });

  test('the HTML has no tag and no attribute but its own', () => {
    fc.assert(
      fc.property(leads, (lead) => {
        const found = tags(compose(lead).html);
        for (const tag of found) expect(tag).toMatch(KNOWN_TAG);
        expect(found.join('')).not.toMatch(/onerror|onmouseover|script|img/);
        expect(found.filter((tag) => tag.startsWith('<a '))).toHaveLength(1);
      }),
    );
  });

  test('the text has each of its lines of its own only once', () => {
    fc.assert(
      fc.property(leads, (lead) => {
        const lines = compose(lead).text.split('\n');
        expect(lines.filter((line) => line.startsWith('Open the lead in Dynamics 365: '))).toHaveLength(1);
        expect(lines.filter((line) => line.startsWith('In Dynamics 365 since:'))).toHaveLength(1);
        expect(lines.join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
