import { describe, expect, test } from '@jest/globals';
import type { LeadTable } from './lead-table.ts';
import { lackingFor, resolveLookup } from './resolve-lookup.ts';

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

describe('what is lacking for a lookup', () => {
  const lacking = (name: string, reference: unknown): unknown =>
    lackingFor(name, reference, { ...table, unbindable: { campaign: ['Append'], contact: ['Append To'] } });

  test.each([
    ['new_Campaign@odata.bind', '/campaigns', { table: 'campaign', lacks: ['Append'] }],
    ['parentcustomerid_contact@odata.bind', '/contacts', { table: 'contact', lacks: ['Append To'] }],
    ['parentcustomerid_account@odata.bind', '/accounts', undefined],
    ['new_Campaign', '/campaigns', undefined],
    ['new_Champagne@odata.bind', '/campaigns', undefined],
  ])('%s to a record of %s is %j', (name, set, expected) => {
    expect(lacking(name, set + ID)).toEqual(expected);
  });

  test('of a column, whatever its value, or where the privileges are not known, is nothing', () => {
    expect(lacking('subject', undefined)).toBeUndefined();
    expect(lackingFor('new_Campaign@odata.bind', `/campaigns${ID}`, table)).toBeUndefined();
    expect(lackingFor('new_Campaign@odata.bind', `/campaigns${ID}`)).toBeUndefined();
  });

  test('of one that has several tables is what the table of its record wants', () => {
    const lookups = ['systemuser', 'team'].map((to) => ({
      column: 'ownerid',
      property: 'ownerid',
      table: to,
    }));
    const known = { lookups, unbindable: { team: ['Append To' as const] } };
    expect(lackingFor('ownerid@odata.bind', `/teams${ID}`, known)).toMatchObject({ table: 'team' });
    expect(lackingFor('ownerid@odata.bind', `/systemusers${ID}`, known)).toBeUndefined();
  });
});
