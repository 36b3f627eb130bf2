import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unbindable } from './unbindable.ts';

const TABLES = ['campaign', 'systemuser', 'new_segment', 'productpricelevel'];
const lookups = TABLES.map((table) => ({ column: table, property: table, table }));
const ALL = ['prvAppendLead', 'prvAppendToCampaign', 'prvAppendToUser', 'prvAppendTonew_Segment'];

const lackingWith = (...held: string[]): ReturnType<typeof unbindable> =>
  unbindable(lookups, Object.fromEntries(held.map((name) => [name, 'Basic'] as const)));

test('lookups can be bound by who may append leads, and append to what they refer to', () => {
  expect(lackingWith(...ALL)).toEqual({});
});

test.each([
  ['prvAppendLead', Object.fromEntries(TABLES.map((table) => [table, ['Append']]))],
  ['prvAppendToCampaign', { campaign: ['Append To'] }],
  ['prvAppendToUser', { systemuser: ['Append To'] }],
  ['prvAppendTonew_Segment', { new_segment: ['Append To'] }],
])('without %s the lookups that want it cannot be bound', (missing, lacking) => {
  expect(lackingWith(...ALL.filter((name) => name !== missing))).toEqual(lacking);
});

test('nothing is said of a table whose privileges may be called otherwise', () => {
  expect(lackingWith(...ALL)).not.toHaveProperty('productpricelevel');
});

test("a publisher's activity is no table without privileges", () => {
  const activity = [...ALL.slice(0, 3), 'prvAppendToActivity'];
  expect(lackingWith(...activity)).toEqual({});
  expect(lackingWith(...activity, 'prvReadnew_Segment')).toEqual({ new_segment: ['Append To'] });
});

test('whoever holds more lacks no more', () => {
  const names = fc.array(fc.constantFrom(...ALL, 'prvReadLead', 'prvReadCampaign'));
  fc.assert(
    fc.property(names, names, (some, others) => {
      const before = lackingWith(...some);
      for (const [table, lacks] of Object.entries(lackingWith(...some, ...others)))
        expect(before[table]).toEqual(expect.arrayContaining(lacks));
    }),
  );
});
