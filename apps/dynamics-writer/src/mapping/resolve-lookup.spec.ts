import { describe, expect, test } from '@jest/globals';
import type { LeadTable } from './lead-table.ts';
import { resolveLookup } from './resolve-lookup.ts';

const ID = '(0195b7a6-1111-4222-8333-444455556666)';
const table: LeadTable = {
  columns: {
    new_campaign: { kind: 'lookup' },
    parentcustomerid: { kind: 'lookup' },
    createdby: { kind: 'lookup', isReadOnly: true },
    subject: { kind: 'text' },
  },
  lookups: [
    { column: 'new_campaign', property: 'new_Campaign', table: 'campaign' },
    { column: 'parentcustomerid', property: 'parentcustomerid_account', table: 'account' },
    { column: 'parentcustomerid', property: 'parentcustomerid_contact', table: 'contact' },
    { column: 'createdby', property: 'createdby', table: 'systemuser' },
  ],
};

describe('a lookup of a mapping', () => {
  test.each([
    ['new_Campaign', '/campaigns', 'new_Campaign'],
    ['new_campaign', '/campaigns', 'new_Campaign'],
    ['NEW_CAMPAIGN', '/campaigns', 'new_Campaign'],
    ['parentcustomerid', '/contacts', 'parentcustomerid_contact'],
    ['ParentCustomerId_Account', '/accounts', 'parentcustomerid_account'],
  ])('%s, bound to a record of %s, is %s', (name, set, property) => {
    expect(resolveLookup(name, set + ID, table)).toEqual({ kind: 'found', property });
  });

  test.each([
    ['parentcustomerid', '/leads', 'name one of parentcustomerid_account, parentcustomerid_contact'],
    ['new_Champagne', '/campaigns', 'no such lookup; to records of that table refer new_Campaign'],
    ['subject', '/campaigns', 'not a lookup'],
    ['createdby', '/systemusers', 'cannot be filled'],
  ])('%s, bound to a record of %s, is none: %s', (name, set, why) => {
    expect(resolveLookup(name, set + ID, table)).toEqual({
      kind: 'not-found',
      why: expect.stringContaining(why),
    });
  });

  test('is taken as it is where the role may not read relationships', () => {
    const { columns } = table;
    expect(resolveLookup('new_campaign', `/campaigns${ID}`, { columns })).toEqual({
      kind: 'found',
      property: 'new_campaign',
    });
  });
});
