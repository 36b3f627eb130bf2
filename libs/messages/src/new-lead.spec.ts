import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  isMarketplaceTest,
  type MarketplaceLead,
  type MessageLanguage,
  type Notifications,
  readMarketplaceLead,
} from '@leads/contracts';
import { composeNewLead, type NewLead, type WaitingLead } from './new-lead.ts';
import { deployment, ORGANIZATION, telling } from './testing/deployment.ts';

const CRM_ID = '4f2a0c1e-0000-4000-8000-00000000abcd';
const LEAD_ID = '0b0e4a55-0000-4000-8000-000000000001';

function sample(name: string): MarketplaceLead {
  const file = new URL(`../../contracts/samples/marketplace/lead-${name}.json`, import.meta.url);
  const lead = readMarketplaceLead(JSON.parse(readFileSync(file, 'utf8')));
  if (!lead) throw new Error(`no lead in ${name}`);
  return lead;
}

const written = (lead: MarketplaceLead) => ({
  outcome: 'written' as const,
  leadId: LEAD_ID,
  connectionId: '0b0e4a55-0000-4000-8000-000000000002',
  at: '2026-11-22T20:15:31.000Z',
  receivedAt: '2026-11-20T17:03:12.000Z',
  attempts: 1,
  isTest: isMarketplaceTest(lead),
  lead,
  crmId: CRM_ID,
  organization: ORGANIZATION,
});

function compose(lead: MarketplaceLead, wanted: Partial<Notifications> = {}, more: Partial<NewLead> = {}) {
  return composeNewLead(
    {
      lead: written(lead),
      offerTitle: 'Contoso Analytics',
      connectionUrl: ORGANIZATION,
      notifications: telling(wanted),
      ...more,
    },
    deployment,
  );
}

const waiting = (lead: MarketplaceLead, reason?: WaitingLead['reason']): WaitingLead => ({
  outcome: 'waiting',
  leadId: LEAD_ID,
  isTest: false,
  lead,
  acceptedAt: '2026-11-20T17:03:12.000Z',
  reason,
});

describe('the message about a lead', () => {
  test('names offer, person and company in its subject', () => {
    expect(compose(sample('pascal')).subject).toBe('New lead for Contoso Analytics: Ana Trujillo, Adatum');
  });

  test('says who it is, how to reach them, what they did and when, and where the record is', () => {
    expect(compose(sample('purchase-portal'), { customer: 'all' }).text)
      .toBe(`New lead for Contoso Analytics: Maria Anders, Fabrikam

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

Open the lead in Dynamics 365: ${ORGANIZATION}/main.aspx?etn=lead&id=${CRM_ID}&pagetype=entityrecord
Open the lead in the console: https://console.example/leads/${LEAD_ID}

-- 
You get this mail because your address is a contact e-mail of this offer’s lead destination. It can be changed in the offer’s connection details.
`);
  });

  test('says the same in HTML, with what the customer typed escaped', () => {
    const { html } = compose(sample('contact-me'), { customer: 'all' });
    expect(html).toContain('José Núñez García');
    expect(html).toContain('Northwind &#38; Söhne');
    expect(html).toContain('We have 40 seats.\nPlease call after 15:00 &#60;CET&#62;.');
    expect(html).toContain(`href="${ORGANIZATION}/main.aspx?etn=lead&#38;id=${CRM_ID}`);
  });

  test('shows company, name and country, unless the connection wants more or nothing', () => {
    const lead = sample('purchase-portal');
    const all = ['maria@fabrikam.com', '0300074321', 'Sales Representative', 'spring-2026'];
    const some = ['Maria Anders', 'Fabrikam', 'Germany'];
    const said = (customer: Notifications['customer']) => {
      const { subject, text, html } = compose(lead, { customer });
      return [...some, ...all].filter((words) => (subject + text + html).includes(words));
    };
    expect(said('all')).toEqual([...some, ...all]);
    expect(said('company-and-name')).toEqual(some);
    expect(said('none')).toEqual([]);
    expect(compose(lead, { customer: 'none' }).subject).toBe('New lead for Contoso Analytics');
  });

  test.each<[MessageLanguage, string, string]>([
    ['de', 'Neuer Lead für Contoso Analytics: Maria Anders, Fabrikam', '22. November 2026 um 21:15 MEZ'],
    ['fr', 'Nouveau prospect pour Contoso Analytics : Maria Anders, Fabrikam', 'Allemagne'],
    ['es', 'Nuevo cliente potencial para Contoso Analytics: Maria Anders, Fabrikam', 'Alemania'],
    ['ja', 'Contoso Analytics の新しいリード: Maria Anders, Fabrikam', 'ドイツ'],
  ])('is in %s and tells times of the connection’s time zone', (language, subject, words) => {
    const mail = compose(sample('purchase-portal'), { language, timeZone: 'Europe/Berlin' });
    expect(mail.subject).toBe(subject);
    expect(mail.text).toContain(words);
    expect(mail.html).toContain(`<html lang="${language}"`);
  });

  test('says at once where a customer asked another partner, and of no opt-out', () => {
    const mail = compose(sample('do-not-contact'));
    expect(mail.subject).toBe('[Another partner] New lead for Contoso Analytics: Li Wei, Wingtip');
    expect(mail.text).toMatch(/^Nothing to do: this customer asked another partner/m);
    expect(mail.html.indexOf('Nothing to do: this customer')).toBeLessThan(mail.html.indexOf('<h1'));
  });

  test('leads nowhere where its record names a host that is not the connection’s, and says the rest', () => {
    for (const connectionUrl of [ORGANIZATION, null]) {
      const lead = { ...written(sample('pascal')), organization: 'https://evil.example' };
      const { text, html } = compose(sample('pascal'), {}, { lead, connectionUrl });
      expect(text + html).not.toMatch(/evil|Open the lead in Dynamics/);
      expect(text).toContain('In Dynamics 365 since: 22 November 2026 at 20:15 UTC');
    }
  });

  test('marks a test lead', () => {
    const mail = compose(sample('validate'));
    expect(mail.subject).toMatch(/^\[Test\] New lead for Contoso Analytics: MSFT_TEST_/);
    expect(mail.text).toContain('This is a test lead.');
    expect(mail.html).toContain('This is a test lead.');
  });

  test('calls a customer without a name by their address where that is shown, and leaves out what is not known', () => {
    expect(compose(sample('sparse')).subject).toBe(
      'New lead for Contoso Analytics: a customer who left no name',
    );
    const mail = compose(sample('sparse'), { customer: 'all' });
    expect(mail.subject).toBe('New lead for Contoso Analytics: ops@tailspin.example');
    expect(mail.text).not.toMatch(/Phone:|Notes:/);
  });
});

describe('the message about a lead that waits', () => {
  const reason = { cause: 'throttled-requests', what: 'Dynamics 365 asks for a pause.', remedy: 'Nothing.' };

  test('says that it waits, since when and why, that nothing is lost, and leads to the console alone', () => {
    const { subject, text, html } = compose(
      sample('pascal'),
      {},
      { lead: waiting(sample('pascal'), reason) },
    );
    expect(subject).toBe('New lead for Contoso Analytics waits: Ana Trujillo, Adatum');
    expect(text).toContain('It is safe here and is written by itself');
    expect(text).toMatch(/^Waits since: +20 November 2026 at 17:03 UTC$/m);
    expect(text).toMatch(/^Why it waits: +Dynamics 365 asks for a pause\.$/m);
    expect(html.match(/href="[^"]*"/g)).toEqual([`href="https://console.example/leads/${LEAD_ID}"`]);
  });

  test('says why in the language of the connection', () => {
    const lead = waiting(sample('pascal'), reason);
    expect(compose(sample('pascal'), { language: 'de' }, { lead }).text).toContain(
      'Dynamics 365 nimmt im Moment nicht mehr an.',
    );
  });
});
