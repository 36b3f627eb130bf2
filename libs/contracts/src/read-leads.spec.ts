import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CustomerDetails, MarketplaceLead } from './marketplace-lead.ts';
import { type LeadsRead, readLeads, readMarketplaceLead } from './read-leads.ts';
import { SHAPES, spelled, SPELLINGS } from './testing/posted-leads.ts';

function sample(name: string): Record<string, unknown> {
  const text = readFileSync(new URL(`../samples/marketplace/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

/** The leads of a body, which must be whole. */
function leadsOf(body: unknown): MarketplaceLead[] {
  const read = readLeads(body);
  if (read.kind !== 'leads') throw new Error(`${read.kind}: ${JSON.stringify(body)}`);
  expect(read.isWhole).toBe(true);
  return read.leads.map(({ lead }) => lead);
}

const pascal = sample('lead-pascal');
const ana = leadsOf(pascal)[0] as MarketplaceLead;
const { UserDetails: details, ...facts } = pascal;

/** A row of the table `MarketplaceLeads`. */
const row = {
  PartitionKey: '9:2F28:2F2018',
  RowKey: '7a4e',
  Timestamp: '2018-09-28T10:00:00Z',
  ActionCode: 'INS',
  CreatedTime: '2018-09-28T10:00:00Z',
  CustomerInfo: JSON.stringify(details),
  Description: '',
  LeadSource: 'AzureMarketplace',
  OfferDisplayName: 'Contoso Analytics',
  ProductId: 'contoso-analytics',
};

const flat = { ...(details as object), ...facts };
const form = {
  ...{ first_name: 'Ana', last_name: 'Trujillo', email: 'ana@adatum.com', phone: '+52 55 5555 3932' },
  ...{ country: 'MX', company: 'Adatum', title: 'Owner', description: '', lead_source: 'AzureMarketplace' },
  ...{ oid: '00Do0000000ZHog', encoding: 'UTF-8', ActionCode: 'INS', OfferTitle: 'Contoso Analytics' },
};

describe('a lead is read from', () => {
  test.each<[string, unknown]>([
    ['the wire', { userDetails: details, ...facts }],
    ['a row of an Azure Table', row],
    ['a customer that is text', { ...facts, userDetails: JSON.stringify(details) }],
    ['a customer that is text of text', { ...facts, userDetails: JSON.stringify(JSON.stringify(details)) }],
    ['a customer in a list of one', { ...facts, userDetails: [details] }],
    ['one level', flat],
    [
      'one level, with dotless names',
      Object.fromEntries(
        Object.entries(flat).map(([key, value]) => [key.replace(/(?!^)([A-Z])/g, ' $1'), value]),
      ),
    ],
    ['a form', form],
    [
      'a form that has each field twice',
      Object.fromEntries(Object.entries(form).map(([key, value]) => [key, ['', value]])),
    ],
    ['a list of one', [pascal]],
    ['a body beside its headers', { headers: { email: 'gateway@forward.example' }, body: pascal }],
    ['a body that is text', { headers: {}, body: JSON.stringify(pascal) }],
    ['a list under value', { value: [pascal] }],
    ['data', { data: pascal }],
    ['data with its facts around it', { ...facts, data: { userDetails: details } }],
    ['data with a contact', { ...facts, contact: details }],
    ['lead and customer beside each other', { lead: facts, customer: details }],
    [
      'a body of somebody who says who they are',
      { name: 'Forwarder', email: 'ops@forward.example', data: pascal },
    ],
    ['text', JSON.stringify(pascal)],
    [
      'both casings, where one is empty',
      { userDetails: { firstName: '', email: null }, leadSource: '', ...pascal },
    ],
    [
      'both casings, where the other is empty',
      { ...pascal, userDetails: {}, leadSource: null, offerTitle: ' ' },
    ],
    [
      'both casings, with something in each',
      {
        ...facts,
        UserDetails: { ...(details as object), Email: '' },
        userDetails: { email: 'ana@adatum.com' },
      },
    ],
    [
      'names of what every object has',
      JSON.parse(
        `{"__proto__":{"email":1},"constructor":{"name":"x"},"toString":null,${JSON.stringify(pascal).slice(1)}`,
      ),
    ],
  ])('%s', (_, body) => {
    expect(leadsOf(body)).toEqual([ana]);
  });

  test('each entry of a list, in its order, with its own part of the body', () => {
    const camel = sample('lead-camel');
    const read = readLeads({ value: [pascal, camel] });
    expect(read).toMatchObject({
      kind: 'leads',
      isWhole: true,
      leads: [{ lead: ana, part: pascal }, { part: camel }],
    });
  });

  test.each<[string, unknown, Partial<CustomerDetails>]>([
    [
      'a name in one part',
      { userDetails: { name: 'Ana Trujillo', email: 'ana@adatum.com' } },
      { lastName: 'Ana Trujillo' },
    ],
    [
      'an address of an unknown name',
      { userDetails: { mail: 'ana@adatum.com' }, leadSource: 'AzureMarketplace' },
      { email: 'ana@adatum.com' },
    ],
    ['a number as a telephone', { userDetails: { phone: 16175555555 } }, { phone: '16175555555' }],
    [
      'a title beside the customer',
      { title: 'New lead', userDetails: { email: 'ana@adatum.com' } },
      { title: '' },
    ],
    [
      'characters in parts',
      { userDetails: { lastName: 'Nu\u0301n\u0303ez' } },
      { lastName: 'N\u00fa\u00f1ez' },
    ],
    [
      'what no text has',
      { userDetails: { lastName: ' a\u0000b\u0007\ud800c\r\nd\t' } },
      { lastName: 'ab\ufffdc d' },
    ],
  ])('%s', (_, body, expected) => {
    expect(leadsOf(body)[0]?.customer).toMatchObject(expected);
  });
});

test('a description keeps its lines and loses what controls', () => {
  expect(leadsOf({ ...pascal, Description: ' a\r\nb\u0001\u0085c ' })[0]?.description).toBe('a\nb\nc');
});

test('a lead of which nothing is told but that it came is one', () => {
  expect(leadsOf({ userDetails: {}, leadSource: 'AzureMarketplace', offerTitle: 'X' })).toHaveLength(1);
});

test.each<[string, unknown, LeadsRead['kind']]>([
  ['nothing', {}, 'no-lead'],
  ['an empty list', [], 'no-lead'],
  ['null', null, 'no-lead'],
  ['a text', 'text', 'no-lead'],
  ['half of JSON as a text', '{"userDetails":', 'no-lead'],
  ['fields without anything in them', { userDetails: { email: ' ' }, leadSource: '', other: 1 }, 'no-lead'],
  ['a title and a description of something', { orders: [{ title: 'Hat', description: 'red' }] }, 'no-lead'],
  ['a country', { userDetails: { country: 'US' } }, 'no-lead'],
  ['an address of who sent it', { headers: { email: 'ops@forward.example' }, body: {} }, 'no-lead'],
  [
    'a lead too deep',
    JSON.parse(`${'['.repeat(40)}${JSON.stringify(pascal)}${']'.repeat(40)}`),
    'too-intricate',
  ],
  ['endless nesting', JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)), 'too-intricate'],
  ['very many values', Array.from({ length: 5_000 }, () => 0), 'too-intricate'],
  ['very many leads', Array.from({ length: 101 }, () => pascal), 'too-intricate'],
])('%s is no lead that is read', (_, body, kind) => {
  expect(readLeads(body).kind).toBe(kind);
});

test('an entry that is not understood among leads is told', () => {
  expect(readLeads([pascal, {}, null])).toMatchObject({ kind: 'leads', isWhole: true });
  expect(readLeads([pascal, { foo: 'bar' }])).toMatchObject({ kind: 'leads', isWhole: false });
  expect(readLeads({ value: [pascal, { foo: 'bar' }, [{ a: 1 }, pascal]] })).toMatchObject({
    rest: [{ foo: 'bar' }, { a: 1 }],
  });
});

/** A text with something in it, as it is kept. */
const word = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .map((text) =>
    text
      .replace(/\p{Cc}/gu, '')
      .normalize('NFC')
      .trim(),
  )
  .filter((text) => text !== '' && !/^["[{]/.test(text));
const email = fc.emailAddress();

test('whatever holds a name or an address in a published shape becomes a lead with it', () => {
  const customers = fc
    .record({ firstName: word, lastName: word, email, company: word }, { requiredKeys: [] })
    .filter(({ firstName, lastName, email: address }) => Boolean(firstName ?? lastName ?? address));
  const others = fc.record({ leadSource: word, actionCode: word, offerTitle: word }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      customers,
      others,
      fc.constantFrom(...SHAPES),
      fc.constantFrom(...SPELLINGS),
      (customer, said, shape, spell) => {
        const [lead] = leadsOf(shape(spelled(customer, spell), spelled(said, spell)));
        expect(lead?.customer).toMatchObject(customer);
        expect(lead).toMatchObject(said);
      },
    ),
  );
});

test('any JSON at all is leads, none or too much, never an exception, and what is read is read alike again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (body) => {
      const read = readLeads(body);
      if (read.kind !== 'leads') return;
      for (const { lead } of read.leads) {
        expect(MarketplaceLead.parse(lead)).toEqual(lead);
        const { customer, ...said } = lead;
        expect(readMarketplaceLead({ userDetails: customer, ...said })).toEqual(lead);
      }
    }),
  );
});

test('no name that every object has changes what is read', () => {
  const names = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
      const text = JSON.stringify(pascal);
      expect(
        leadsOf(JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)},${text.slice(1)}`)),
      ).toEqual([ana]);
    }),
  );
});
