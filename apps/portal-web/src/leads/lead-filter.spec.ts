import { describe, expect, test } from '@jest/globals';
import type { LeadFilter, LeadSummary } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { daysOf, maySuit, readFilter, spanOf, timesOf, writeFilter } from './lead-filter.ts';

const connectionId = '7b9f5b1e-1d2c-4b3a-9c8d-000000000001';
const now = new Date(2026, 10, 22, 15, 30);

const day = fc
  .date({ min: new Date(2020, 0, 1), max: new Date(2030, 0, 1), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const time = fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString());
const parts: { [Part in keyof Required<LeadFilter>]: fc.Arbitrary<Required<LeadFilter>[Part]> } = {
  search: fc.constantFrom('Trujillo', 'a&b=c', 'ana@adatum.example', '100 %'),
  connectionId: fc.uuid(),
  state: fc.constantFrom('pending', 'written', 'dead'),
  from: time,
  to: time,
  incidentId: fc.uuid(),
  rescuable: fc.constant('true'),
  tests: fc.constantFrom('true', 'all'),
};
const filters = fc.record(parts, { requiredKeys: [] });

describe('the filter in the address of the page', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readFilter(new URLSearchParams(writeFilter(filter).toString()))).toEqual(filter);
      }),
    );
  });

  test('leaves out what it cannot be, so that an old link still opens', () => {
    const query = new URLSearchParams('state=gone&connectionId=7&from=yesterday&tests=no&search=%20&other=1');
    expect(readFilter(query)).toEqual({});
  });
});

describe('time spans', () => {
  test('are recognised again', () => {
    for (const span of ['any', 'today', '7-days', '30-days'] as const) {
      expect(spanOf(timesOf(span, { first: '', last: '' }, now), now)).toBe(span);
    }
  });

  test('chosen days are whole days, the last one included', () => {
    fc.assert(
      fc.property(day, day, (first, last) => {
        expect(daysOf(timesOf('days', { first, last }, now))).toEqual({ first, last });
      }),
    );
    const { from, to } = timesOf('days', { first: '2026-11-20', last: '2026-11-20' }, now);
    expect(new Date(from ?? '')).toEqual(new Date(2026, 10, 20));
    expect(new Date(to ?? '')).toEqual(new Date(2026, 10, 21));
  });

  test('today begins at midnight where the reader is', () => {
    expect(timesOf('today', { first: '', last: '' }, now)).toEqual({
      from: new Date(2026, 10, 22).toISOString(),
    });
  });
});

describe('a lead that has just come', () => {
  const lead = {
    connectionId,
    state: 'pending',
    acceptedAt: now.toISOString(),
    isTest: false,
  } as LeadSummary;

  test('suits a filter that it fulfils', () => {
    expect(maySuit(lead, {})).toBe(true);
    expect(maySuit(lead, { connectionId, state: 'pending', from: now.toISOString() })).toBe(true);
  });

  test('does not suit another offer, state or time', () => {
    expect(maySuit(lead, { connectionId: '7b9f5b1e-1d2c-4b3a-9c8d-000000000002' })).toBe(false);
    expect(maySuit(lead, { state: 'dead' })).toBe(false);
    expect(maySuit(lead, { to: now.toISOString() })).toBe(false);
  });

  test('that is a test suits only where tests are asked for', () => {
    expect(maySuit({ ...lead, isTest: true }, {})).toBe(false);
    expect(maySuit({ ...lead, isTest: true }, { tests: 'true' })).toBe(true);
    expect(maySuit(lead, { tests: 'true' })).toBe(false);
    expect(maySuit(lead, { tests: 'all' })).toBe(true);
  });
});
