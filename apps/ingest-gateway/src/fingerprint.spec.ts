import { describe, expect, test } from '@jest/globals';
import { CustomerDetails, MarketplaceLead, readMarketplaceLead } from '@leads/contracts';
import fc from 'fast-check';
import { addressKeyHash, fingerprintOf, givenKeyIn, identityOf, KEY_WINDOW_MS } from './fingerprint.ts';

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

  test('is what it has always been: a lead that comes again after an update is still known', () => {
    const lead: MarketplaceLead = {
      customer: {
        ...{ firstName: 'Ana', lastName: 'Trujillo', email: 'ana@adatum.com', phone: '+52 55' },
        ...{ country: 'MX', company: 'Adatum', title: 'Owner' },
      },
      ...{ leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics', actionCode: 'INS' },
      ...{ offerTitle: 'Contoso Analytics', description: '' },
    };
    const connectionId = '0b6b5d5e-8a51-4a54-9f0a-2f4a3c1d7e10';
    expect(fingerprintOf(connectionId, lead).toString('hex')).toBe(
      '8cfb75482466ff3ee44b871d60615e90af3ef4b01de397db5a53f00e0c40bb8e',
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

describe('what a lead is known by when it comes again', () => {
  const HOUR_MS = 3_600_000;
  const known = (lead: MarketplaceLead, key?: string, windowMs = HOUR_MS, place = 0) =>
    identityOf(
      { connectionId: 'connection', lead },
      key === undefined ? undefined : { key, place },
      windowMs,
    );
  const nameless = (lead: MarketplaceLead): boolean => {
    const { firstName, lastName, email, phone } = lead.customer;
    return [firstName, lastName, email, phone].every((each) => each === '');
  };
  const sparse = leads.map((lead) => ({
    ...lead,
    customer: { ...lead.customer, firstName: '', lastName: '', email: '', phone: '' },
  }));

  test('is its content, within the window', () => {
    fc.assert(
      fc.property(leads, (lead) => {
        fc.pre(!nameless(lead));
        expect(known(lead)).toEqual({ fingerprint: fingerprintOf('connection', lead), windowMs: HOUR_MS });
      }),
    );
  });

  test('is nothing where there is neither a name nor an address, or no window', () => {
    fc.assert(fc.property(sparse, (lead) => expect(known(lead)).toEqual({ windowMs: HOUR_MS })));
    fc.assert(fc.property(leads, (lead) => expect(known(lead, undefined, 0)).toEqual({ windowMs: 0 })));
  });

  test('is the key of its sender together with its content and place, whatever is in it and for a day at least', () => {
    fc.assert(
      fc.property(fc.oneof(leads, sparse), leads, fc.string(), fc.string(), (lead, other, key, otherKey) => {
        expect(known(lead, key, 0)).toEqual({ ...known(lead, key), windowMs: KEY_WINDOW_MS });
        expect(known(lead, key, 0, 1)).not.toEqual(known(lead, key, 0));
        fc.pre(key !== otherKey && fingerprintOf('', lead).compare(fingerprintOf('', other)) !== 0);
        expect(known(lead, otherKey)).not.toEqual(known(lead, key));
        expect(known(other, key)).not.toEqual(known(lead, key));
      }),
    );
  });

  test.each([
    [{ 'idempotency-key': ' "a" ', 'webhook-id': 'b' }, '"a"'],
    [{ 'idempotency-key': '', 'webhook-id': 'msg_1' }, 'msg_1'],
    [{ 'idempotency-key': '  ' }, undefined],
    [{}, undefined],
  ])('of the headers %j is %j', (headers, key) => {
    expect(givenKeyIn(headers)).toBe(key);
  });
});

test('an address key is known by its SHA-256 in lower-case hex', () => {
  expect(addressKeyHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
