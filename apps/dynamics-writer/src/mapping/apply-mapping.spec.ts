import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LeadFact, LeadField, type Mapping, type MarketplaceLead } from '@leads/contracts';
import { checkMapping, mapForConnection } from './apply-mapping.ts';
import type { LeadColumn, LeadTable } from './lead-table.ts';
import { COLUMN_LENGTHS, mapLead } from './map-lead.ts';

const LEAD_ID = '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b';
const LEAD: MarketplaceLead = {
  customer: {
    firstName: 'Maria',
    lastName: 'Anders',
    email: 'maria@fabrikam.example',
    phone: '0300074321',
    country: 'DE',
    company: 'Fabrikam',
    title: 'Sales Representative',
  },
  leadSource: 'AzureMarketplace-DNC|contoso.contoso-analytics',
  actionCode: '',
  offerTitle: 'Contoso Analytics',
  description: 'Hello',
};
const CURRENCY = '/transactioncurrencies(0195b7a6-1111-4222-8333-444455556666)';

const standard: Record<string, LeadColumn> = Object.fromEntries([
  ...Object.entries(COLUMN_LENGTHS).map(([name, length]): [string, LeadColumn] => [
    name,
    { kind: 'text', length },
  ]),
  ['leadsourcecode', { kind: 'option', options: [{ value: 8, label: 'Web' }] }],
  ...['donotemail', 'donotphone', 'donotbulkemail'].map((name): [string, LeadColumn] => [
    name,
    { kind: 'boolean' },
  ]),
]);
const table = (columns: Record<string, LeadColumn>): LeadTable => ({ columns: { ...standard, ...columns } });
const map = (mapping: Mapping, own?: LeadTable) =>
  mapForConnection(LEAD_ID, LEAD, { mapping, table: own, hasFlags: true });

describe('a mapping', () => {
  test('of nothing is the standard record', () => {
    expect(map({})).toEqual({ record: mapLead(LEAD_ID, LEAD, { hasFlags: true }), faults: [] });
  });

  test('fills custom columns of one line with one line, others with what was written', () => {
    const columns: Mapping = { columns: { contoso_short: 'description', contoso_long: 'description' } };
    const own = table({
      contoso_short: { kind: 'text', length: 100, isOneLine: true },
      contoso_long: { kind: 'text', length: 100 },
    });
    const lead = { ...LEAD, description: 'Hello\r\n\u0007there' };
    const { record } = mapForConnection(LEAD_ID, lead, { mapping: columns, table: own });
    expect(record).toMatchObject({ contoso_short: 'Hello there', contoso_long: 'Hello\n there' });
  });

  test('adds constants, custom columns and lookups, and moves fields to other columns', () => {
    const { record, faults } = map({
      constants: { contoso_campaign: 'spring', leadqualitycode: 2 },
      targets: { title: 'contoso_jobtitle' },
      columns: { contoso_offer: 'offer', contoso_id: 'leadId' },
      lookups: { transactioncurrencyid: CURRENCY },
    });
    expect(faults).toEqual([]);
    expect(record).toMatchObject({
      leadid: LEAD_ID,
      contoso_campaign: 'spring',
      leadqualitycode: 2,
      contoso_jobtitle: 'Sales Representative',
      contoso_offer: 'contoso.contoso-analytics',
      contoso_id: LEAD_ID,
      'transactioncurrencyid@odata.bind': CURRENCY,
      donotemail: true,
    });
    expect(record).not.toHaveProperty('jobtitle');
  });

  test('a constant in the place of a field leaves what the customer said in the description', () => {
    const { record } = map({ constants: { subject: 'From the marketplace' } });
    expect(record['subject']).toBe('From the marketplace');
    expect(record['description']).toContain('subject in full: Contoso Analytics');
  });

  test('places the moment at which the customer asked, in a column for times or for texts', () => {
    const columns: Mapping = {
      columns: { overriddencreatedon: 'requestedAt', contoso_asked: 'requestedAt' },
    };
    const own = table({
      overriddencreatedon: { kind: 'time' },
      contoso_asked: { kind: 'text', length: 30, isOneLine: true },
    });
    const requestedAt = '2026-11-25T17:03:12.000Z';
    const { record, faults } = mapForConnection(LEAD_ID, LEAD, { mapping: columns, table: own, requestedAt });
    expect(record).toMatchObject({ overriddencreatedon: requestedAt, contoso_asked: requestedAt });
    expect(faults).toEqual([]);
  });

  test.each<[string, Mapping, string, LeadTable | undefined]>([
    ['the identity of the lead', { constants: { leadid: 'x' } }, 'leadid', undefined],
    ['the mark not to contact', { constants: { donotemail: false } }, 'donotemail', undefined],
    [
      'a column twice',
      { constants: { contoso_a: 1 }, columns: { contoso_a: 'offer' } },
      'contoso_a',
      undefined,
    ],
    ['the column of a field that stays', { columns: { subject: 'company' } }, 'subject', undefined],
    ['a column that the organisation lacks', { columns: { contoso_a: 'offer' } }, 'contoso_a', table({})],
    [
      'a lookup as text',
      { columns: { ownerid: 'email' } },
      'ownerid',
      table({ ownerid: { kind: 'lookup' } }),
    ],
    ['text as a lookup', { lookups: { Subject: CURRENCY } }, 'Subject', table({})],
    [
      'an unknown option',
      { constants: { contoso_a: 9 } },
      'contoso_a',
      table({ contoso_a: { kind: 'option', options: [{ value: 1, label: 'One' }] } }),
    ],
    [
      'a constant that is too long',
      { constants: { contoso_a: 'four' } },
      'contoso_a',
      table({ contoso_a: { kind: 'text', length: 3 } }),
    ],
  ])(
    'cannot fill %s: the fault names the column, and the lead goes without it',
    (_case, mapping, column, own) => {
      const faults = checkMapping(mapping, own);
      expect(faults.map((fault) => fault.column)).toEqual([column]);
      expect(faults[0]?.what).toContain(`"${column}"`);
      const { record } = map(mapping, own);
      expect(record['leadid']).toBe(LEAD_ID);
      expect(record['subject']).toBe('Contoso Analytics');
      expect(record['donotemail']).toBe(true);
      if (own)
        for (const name of Object.keys(record)) expect(name === 'leadid' || name in own.columns).toBe(true);
    },
  );

  test('finds an option by what the organisation calls it', () => {
    const options = [{ value: 100_000_049, label: 'deutschland' }];
    const own = table({ contoso_country: { kind: 'option', options } });
    const mapping: Mapping = { targets: { country: 'contoso_country' }, countryLanguage: 'de' };
    expect(map(mapping, own).record).toMatchObject({ contoso_country: 100_000_049 });
  });

  test('a value of a lead that does not fit its column stands in the description', () => {
    const own = table({ contoso_seats: { kind: 'whole' } });
    const { record, faults } = map({ targets: { title: 'contoso_seats' } }, own);
    expect(record).not.toHaveProperty('contoso_seats');
    expect(record['description']).toContain('Sales Representative');
    expect(faults).toEqual([expect.objectContaining({ column: 'contoso_seats' })]);
  });

  const columnName = fc.constantFrom(
    'leadid',
    'subject',
    'contoso_a',
    'contoso_b',
    'jobtitle',
    'statecode',
    'ownerid',
  );
  const anyColumn: fc.Arbitrary<LeadColumn> = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), length: fc.integer({ min: 1, max: 30 }) }),
    fc.record({
      kind: fc.constant('option' as const),
      options: fc.array(fc.record({ value: fc.integer(), label: fc.string() })),
    }),
    fc.record({ kind: fc.constantFrom('boolean', 'whole', 'number', 'time', 'lookup', 'other') }),
  );
  test('whatever it asks for, the record has only columns of the table, each at most as long as the column', () => {
    fc.assert(
      fc.property(
        fc.record({
          constants: fc.dictionary(
            columnName,
            fc.oneof(
              fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
              fc.double({ noNaN: true }),
              fc.boolean(),
            ),
          ),
          targets: fc.dictionary(fc.constantFrom(...LeadField.options), columnName),
          columns: fc.dictionary(columnName, fc.constantFrom(...LeadFact.options)),
        }),
        fc.dictionary(columnName, anyColumn),
        (mapping, own) => {
          const columns: Record<string, LeadColumn> = {
            ...table(own).columns,
            statecode: { kind: 'option' },
          };
          const { record } = map(mapping, { columns });
          expect(record['leadid']).toBe(LEAD_ID);
          expect(record).not.toHaveProperty('statecode');
          for (const [name, value] of Object.entries(record)) {
            if (name === 'leadid') continue;
            expect(columns).toHaveProperty(name);
            expect(String(value).isWellFormed()).toBe(true);
            expect(String(value).length).toBeLessThanOrEqual(
              typeof value === 'string' ? (columns[name]?.length ?? Infinity) : Infinity,
            );
          }
        },
      ),
    );
  });
});

describe('a name that every object has', () => {
  test.each(Object.getOwnPropertyNames(Object.prototype))(
    '%s is no column of a table that does not have it, whatever part of a mapping names it',
    (name) => {
      const named = <Value>(value: Value): Record<string, Value> => Object.fromEntries([[name, value]]);
      const whole = { ...table({}), lookups: [] };
      for (const mapping of [
        { constants: named('x') },
        { columns: named('leadId' as const) },
        { lookups: named(CURRENCY) },
        { targets: { title: name } },
      ]) {
        expect(checkMapping(mapping, whole)).toHaveLength(1);
        expect(map(mapping, whole).record).toEqual(mapLead(LEAD_ID, LEAD, { table: whole, hasFlags: true }));
      }
    },
  );
});

describe('the standard record of an organisation whose table is known', () => {
  test('is cut to its own lengths, and leaves out columns it does not have', () => {
    const columns: Record<string, LeadColumn> = { ...standard, subject: { kind: 'text', length: 7 } };
    delete columns['jobtitle'];
    const own: LeadTable = { columns };
    const record = mapLead(LEAD_ID, LEAD, { table: own });
    expect(record.subject).toBe('Contos…');
    expect(record).not.toHaveProperty('jobtitle');
    expect(record.description).toContain('Title in full: Sales Representative');
    expect(record.description).toContain('Offer in full: Contoso Analytics');
  });

  test('leaves out an option that the organisation has removed', () => {
    const own = table({
      leadsourcecode: { kind: 'option', options: [{ value: 1, label: 'Advertisement' }] },
    });
    expect(mapLead(LEAD_ID, LEAD, { table: own })).not.toHaveProperty('leadsourcecode');
  });
});
