import { describe, expect, test } from '@jest/globals';
import { CustomerDetails, MarketplaceLead, readMarketplaceLead } from '@leads/contracts';
import fc from 'fast-check';
import { addressKeyHash, fingerprintOf } from './fingerprint.ts';

const text = fc.string({ unit: 'binary' });
const customerFields = Object.keys(CustomerDetails.shape) as (keyof CustomerDetails)[];
const leadFields = Object.keys(MarketplaceLead.shape).filter((field) => field !== 'customer') as Exclude<
  keyof MarketplaceLead,
  'customer'
>[];

const customers: fc.Arbitrary<CustomerDetails> = fc.record({
  firstName: text,
  lastName: text,
  email: text,
  phone: text,
  country: text,
  company: text,
  title: text,
});
const leads: fc.Arbitrary<MarketplaceLead> = fc.record({
  customer: customers,
  leadSource: text,
  actionCode: text,
  offerTitle: text,
  description: text,
});

/** The lead as it could stand on the wire: keys in any order and casing, among keys that nobody knows. */
function onTheWire(
  lead: MarketplaceLead,
  spelling: { reverse: boolean; upper: boolean; extra: string },
): unknown {
  const spell = (record: Record<string, unknown>): Record<string, unknown> => {
    const entries = Object.entries({ ...record, [`x-${spelling.extra}`]: spelling.extra }).map(
      ([key, value]) => [spelling.upper ? key.toUpperCase() : key, value] as const,
    );
    return Object.fromEntries(spelling.reverse ? entries.reverse() : entries);
  };
  const { customer, ...others } = lead;
  return spell({ userDetails: spell(customer), ...others });
}

describe('the fingerprint of a lead', () => {
  test('is the same whatever the order and casing of the keys and whatever unknown keys stand beside them', () => {
    const spellings = fc.record({ reverse: fc.boolean(), upper: fc.boolean(), extra: fc.string() });
    fc.assert(
      fc.property(fc.uuid(), leads, spellings, spellings, (connectionId, lead, one, other) => {
        const first = readMarketplaceLead(onTheWire(lead, one));
        const second = readMarketplaceLead(onTheWire(lead, other));
        fc.pre(first !== undefined && second !== undefined);
        expect(fingerprintOf(connectionId, first)).toEqual(fingerprintOf(connectionId, second));
      }),
    );
  });

  test('does not depend on the order in which a lead was put together', () => {
    fc.assert(
      fc.property(fc.uuid(), leads, (connectionId, lead) => {
        const reversed = Object.fromEntries(Object.entries(lead).reverse()) as MarketplaceLead;
        expect(fingerprintOf(connectionId, reversed)).toEqual(fingerprintOf(connectionId, lead));
      }),
    );
  });

  test.each(customerFields)('differs when the customer has another %s', (field) => {
    fc.assert(
      fc.property(fc.uuid(), leads, text, (connectionId, lead, value) => {
        fc.pre(value !== lead.customer[field]);
        const changed = { ...lead, customer: { ...lead.customer, [field]: value } };
        expect(fingerprintOf(connectionId, changed)).not.toEqual(fingerprintOf(connectionId, lead));
      }),
    );
  });

  test.each(leadFields)('differs when the lead has another %s', (field) => {
    fc.assert(
      fc.property(fc.uuid(), leads, text, (connectionId, lead, value) => {
        fc.pre(value !== lead[field]);
        expect(fingerprintOf(connectionId, { ...lead, [field]: value })).not.toEqual(
          fingerprintOf(connectionId, lead),
        );
      }),
    );
  });

  test('differs when a text moves from one field to another', () => {
    fc.assert(
      fc.property(fc.uuid(), leads, text, (connectionId, lead, value) => {
        fc.pre(value !== '');
        const one = { ...lead, customer: { ...lead.customer, firstName: value, lastName: '' } };
        const other = { ...lead, customer: { ...lead.customer, firstName: '', lastName: value } };
        expect(fingerprintOf(connectionId, one)).not.toEqual(fingerprintOf(connectionId, other));
      }),
    );
  });

  test('differs for another connection', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), leads, (one, other, lead) => {
        fc.pre(one !== other);
        expect(fingerprintOf(one, lead)).not.toEqual(fingerprintOf(other, lead));
      }),
    );
  });
});

test('an address key is known by its SHA-256 in lower-case hex', () => {
  expect(addressKeyHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
