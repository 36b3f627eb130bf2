import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  describeAction,
  isForAnotherPartner,
  isMarketplaceTest,
  MarketplaceLead,
  readLeadOrigin,
} from './marketplace-lead.ts';
import { readMarketplaceLead } from './read-leads.ts';

function sample(name: string): MarketplaceLead {
  const text = readFileSync(new URL(`../samples/marketplace/${name}.json`, import.meta.url), 'utf8');
  const lead = readMarketplaceLead(JSON.parse(text));
  if (!lead) throw new Error(`${name} was not recognised`);
  return lead;
}

/** The same body with every key spelled by `spell`. */
function respell(value: unknown, spell: (key: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [spell(key), respell(field, spell)]));
}

const wire = fc.record(
  {
    userDetails: fc.record(
      { firstName: fc.string(), lastName: fc.string(), email: fc.string(), company: fc.string() },
      { requiredKeys: [] },
    ),
    leadSource: fc.string(),
    actionCode: fc.string(),
    offerTitle: fc.string(),
    description: fc.string(),
  },
  { requiredKeys: [] },
);

describe('reading a posted lead', () => {
  test('both the documented PascalCase and the camelCase of the wire are read', () => {
    expect(sample('lead-pascal').customer).toMatchObject({ firstName: 'Ana', company: 'Adatum' });
    expect(sample('lead-camel').customer).toMatchObject({ firstName: 'Some', company: 'Contoso' });
  });

  test('the spelling of keys never matters', () => {
    fc.assert(
      fc.property(wire, (body) => {
        const lead = readMarketplaceLead(body);
        expect(readMarketplaceLead(respell(body, (key) => key.toUpperCase()))).toEqual(lead);
        expect(readMarketplaceLead(respell(body, (key) => key.toLowerCase()))).toEqual(lead);
      }),
    );
  });

  test('any JSON at all is either a lead or nothing, never an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const lead = readMarketplaceLead(body);
        if (lead) expect(MarketplaceLead.parse(lead)).toEqual(lead);
      }),
    );
  });

  test.each([
    [{}],
    [[]],
    [null],
    ['text'],
    [{ userDetails: null }],
    [{ userDetails: { email: ' ' }, other: 1 }],
  ])('%j is not a lead', (body) => {
    expect(readMarketplaceLead(body)).toBeUndefined();
  });

  test('a number where text belongs is taken as written', () => {
    expect(readMarketplaceLead({ userDetails: { phone: 16175555555 } })?.customer.phone).toBe('16175555555');
  });

  test('what no database can hold is taken out', () => {
    const lead = readMarketplaceLead({ offerTitle: 'a\u0000b\ud800c' });
    expect(lead?.offerTitle).toBe('ab\ufffdc');
  });
});

describe('where a lead comes from', () => {
  test.each([
    [
      'AzurePortal-Create|contoso.contoso-analytics-v2.1',
      'Create',
      ['AzurePortal', 'Create', 'contoso.contoso-analytics-v2.1'],
    ],
    ['AzureMarketplace-INS | Contoso Analytics', '', ['AzureMarketplace', 'INS', 'Contoso Analytics']],
    ['SPZA-PLT|a.b|c', 'PLT', ['SPZA', 'PLT', 'a.b|c']],
    ['AppSource (SPZA)-PLT |  a.b', '', ['AppSource (SPZA)', 'PLT', 'a.b']],
    ['AzureMarketplace', 'INS', ['AzureMarketplace', 'INS', '']],
    ['', '', ['', '', '']],
  ])('%j with action %j', (leadSource, actionCode, [source, action, offer]) => {
    expect(readLeadOrigin({ leadSource, actionCode })).toEqual({ source, action, offer });
  });

  test('an unknown action stands for itself', () => {
    expect(describeAction('XYZ')).toBe('XYZ');
  });

  test('a lead for another partner and the marketplace test lead are recognised', () => {
    expect(isForAnotherPartner(sample('lead-do-not-contact'))).toBe(true);
    expect(isForAnotherPartner(sample('lead-camel'))).toBe(false);
    expect(isMarketplaceTest(sample('lead-validate'))).toBe(true);
    expect(isMarketplaceTest(sample('lead-camel'))).toBe(false);
  });
});
