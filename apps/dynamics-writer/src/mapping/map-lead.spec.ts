import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type MarketplaceLead, oneLine, plainLines, readMarketplaceLead } from '@leads/contracts';
import { cutText } from './cut-text.ts';
import { COLUMN_LENGTHS, mapLead } from './map-lead.ts';

const LEAD_ID = '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b';
const samples = new URL('../../../../libs/contracts/samples/marketplace/', import.meta.url);

function sample(name: string): MarketplaceLead {
  const lead = readMarketplaceLead(JSON.parse(readFileSync(new URL(`${name}.json`, samples), 'utf8')));
  if (!lead) throw new Error(`${name} was not recognised`);
  return lead;
}

/** What no XML 1.0 text can carry, and so no column of Dynamics. */
const NOT_XML = /[\uFFFE\uFFFF\p{Cs}]|[^\P{Cc}\t\n\r\u007F-\u009F]/u;

/** Texts full of what breaks lines and controls terminals. */
const anyLines = fc.string({
  maxLength: 40,
  unit: fc.oneof(
    fc.constantFrom(...'\r\n\t\v\f\b\u001b\u007f\u0085\u009f\u00a0\u2028\u2029'),
    fc.constantFrom('a', 'B', ' ', '👨‍👩‍👧'),
  ),
});
/** Any UTF-16 units, halves of pairs among them. */
const anyUnits = fc
  .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0xd800, 0xdbff, 0xdc00, 0xfffe, 0xffff)), {
    maxLength: 400,
  })
  .map((units) => String.fromCharCode(...units));
const anyText = fc.oneof(
  fc.string({ maxLength: 30, unit: 'grapheme' }),
  fc.string({ minLength: 40, maxLength: 3000, unit: 'grapheme' }),
  anyLines,
  anyUnits,
  fc.constant(''),
);
const anyLead = fc.record({
  customer: fc.record({
    firstName: anyText,
    lastName: anyText,
    email: anyText,
    phone: anyText,
    country: anyText,
    company: anyText,
    title: anyText,
  }),
  leadSource: anyText,
  actionCode: fc.oneof(anyText, fc.constantFrom('INS', 'DNC', 'dnc', 'PLT')),
  offerTitle: anyText,
  description: anyText,
});

describe('mapping a lead', () => {
  test('every detail of a complete lead has its column', () => {
    expect(mapLead(LEAD_ID, sample('lead-purchase-portal'))).toEqual({
      leadid: LEAD_ID,
      subject: 'Contoso Analytics',
      firstname: 'Maria',
      lastname: 'Anders',
      emailaddress1: 'maria@fabrikam.com',
      telephone1: '0300074321',
      companyname: 'Fabrikam',
      jobtitle: 'Sales Representative',
      address1_country: 'Germany',
      leadsourcecode: 8,
      description: [
        'Campaigns: spring-2026',
        '',
        'Lead source: AzurePortal-Create|contoso.contoso-analytics-v2.1',
        'Action: Create (Bought in the Azure portal)',
        `Marketplace lead: ${LEAD_ID}`,
      ].join('\n'),
    });
  });

  test('says when the customer asked', () => {
    const { description } = mapLead(LEAD_ID, sample('lead-camel'), {
      requestedAt: '2026-11-25T17:03:59.999Z',
    });
    expect(description).toContain('\nAsked on 2026-11-25 17:03 UTC\n');
  });

  test('a lead without a name or a topic is still recognisable', () => {
    const sparse = mapLead(LEAD_ID, { ...sample('lead-sparse'), offerTitle: '' });
    expect(sparse).toMatchObject({ subject: 'Microsoft marketplace lead', lastname: 'ops@tailspin.example' });
    expect(sparse).not.toHaveProperty('firstname');
  });

  test('a customer who asked another partner is marked not to be contacted only where the connection wants it', () => {
    expect(mapLead(LEAD_ID, sample('lead-do-not-contact'))).not.toHaveProperty('donotemail');
    expect(mapLead(LEAD_ID, sample('lead-do-not-contact'), { hasFlags: true })).toMatchObject({
      donotemail: true,
      donotphone: true,
      donotbulkemail: true,
    });
    expect(mapLead(LEAD_ID, sample('lead-camel'), { hasFlags: true })).not.toHaveProperty('donotemail');
  });

  test('a value too long for its column is cut, and stands in full in the description', () => {
    const company = `Wingtip ${'Toys '.repeat(40)}GmbH`;
    const lead = sample('lead-camel');
    const record = mapLead(LEAD_ID, { ...lead, customer: { ...lead.customer, company } });
    expect(record.companyname).toHaveLength(COLUMN_LENGTHS.companyname);
    expect(record.companyname?.endsWith('…')).toBe(true);
    expect(record.description).toContain(`Company in full: ${company}`);
    expect(record.description).toContain('Test lead through HTTPS');
  });

  test('a long description yields to the facts of the marketplace', () => {
    const record = mapLead(LEAD_ID, { ...sample('lead-camel'), description: 'x'.repeat(5000) });
    expect(record.description).toHaveLength(COLUMN_LENGTHS.description);
    expect(record.description).toContain('Lead source: AzureMarketplace');
  });

  test('whatever is sent, no value exceeds its column, the needed ones are there, and it is the same each time', () => {
    fc.assert(
      fc.property(anyLead, (lead) => {
        const record = mapLead(LEAD_ID, lead);
        for (const [column, length] of Object.entries(COLUMN_LENGTHS)) {
          const value = record[column as keyof typeof COLUMN_LENGTHS];
          expect(value?.length ?? 0).toBeLessThanOrEqual(length);
          expect(value ?? '').not.toMatch(NOT_XML);
        }
        expect(record.subject).not.toBe('');
        expect(record.lastname).not.toBe('');
        expect(mapLead(LEAD_ID, lead)).toEqual(record);
      }),
    );
  });
});

describe('a value that breaks lines or holds control characters', () => {
  test('is one line in its column, and the description keeps its lines', () => {
    const lead = sample('lead-camel');
    const record = mapLead(LEAD_ID, {
      ...lead,
      customer: { ...lead.customer, company: 'Fabrikam\r\n\tGmbH\u0007', lastName: '\n' },
      leadSource: 'Azure\nMarketplace',
      description: 'One\r\ntwo\u001b[31m\n\n\tthree',
    });
    expect(record.companyname).toBe('Fabrikam GmbH');
    expect(record.lastname).toBe('Fabrikam GmbH');
    expect(record.description).toContain('One\ntwo [31m\n\n\tthree\n\nLead source: Azure Marketplace\n');
  });

  test('never gets a control character into the record, nor a second line into a column of one', () => {
    fc.assert(
      fc.property(anyLead, (lead) => {
        const { description = '', ...columns } = mapLead(LEAD_ID, lead);
        expect(description).not.toMatch(/[^\P{Cc}\n\t]|[\u2028\u2029]/u);
        for (const value of Object.values(columns)) {
          if (typeof value !== 'string') continue;
          expect(value).not.toMatch(/\p{Cc}|[\u2028\u2029]| {2}|^ | $/u);
        }
      }),
    );
  });

  test('has a replacement for what is no character, and keeps those of every plane', () => {
    expect(oneLine('a\uFFFE\u{1FFFF}\uD83D🙂\uDE42')).toBe('a\uFFFD\u{1FFFF}\uFFFD🙂\uFFFD');
  });

  test('loses nothing else: what people see stays, in its order', () => {
    const seen = (text: string): string => text.replace(/[\s\p{Cc}]/gu, '');
    fc.assert(
      fc.property(anyLines, (text) => {
        expect(seen(oneLine(text))).toBe(seen(text));
        expect(seen(plainLines(text))).toBe(seen(text));
        expect(oneLine(oneLine(text))).toBe(oneLine(text));
      }),
    );
  });
});

describe('cutting a text', () => {
  test('never splits a character as people see it', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(cutText(family.repeat(3), family.length * 2 + 1)).toBe(`${family.repeat(2)}…`);
    expect(cutText(`a${family}`, family.length)).toBe('a…');
  });

  test('leaves what fits alone, and what is cut begins as it began', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, length) => {
        const cut = cutText(text, length);
        expect(cut.length).toBeLessThanOrEqual(length);
        expect(cut.isWellFormed()).toBe(true);
        if (text.length <= length) expect(cut).toBe(text);
        else expect(text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});
