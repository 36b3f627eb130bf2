import { describe, expect, test } from '@jest/globals';
import { personOf } from './person.ts';

const OPERATORS = '9b1d2c3e-4f50-4a61-8b72-0c9d8e7f6a50';
const CONTOSO = '12345678-8af1-4a5f-8234-12234d01db47';
const claims = {
  oid: '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e02',
  tid: CONTOSO,
  name: 'Alex Wilber',
  preferred_username: 'alex@contoso.onmicrosoft.com',
};

describe('who a verified ID token is about', () => {
  test.each([
    [['Publisher.Owner'], CONTOSO, 'owner'],
    [['Publisher.Reader', 'Publisher.Owner'], CONTOSO, 'owner'],
    [['Publisher.Reader'], CONTOSO, 'reader'],
    [['Operator'], OPERATORS, 'operator'],
    [['Publisher.Owner', 'Operator'], OPERATORS, 'operator'],
    [['Operator'], CONTOSO, undefined],
    [['Operator', 'Publisher.Reader'], CONTOSO, 'reader'],
    [['operator', 'publisher.owner', 'Owner'], OPERATORS, undefined],
    [[], OPERATORS, undefined],
  ])('%j of the directory %s are the role %s', (roles, tid, role) => {
    expect(personOf({ ...claims, tid, roles }, OPERATORS)?.role).toBe(role);
  });

  test('is known by ids, and by no address that could be anybody’s', () => {
    const given = { ...claims, email: 'ceo@fabrikam.example' };
    expect(personOf(given, OPERATORS)).toEqual({
      userId: claims.oid,
      directoryId: CONTOSO,
      name: 'Alex Wilber',
      email: 'alex@contoso.onmicrosoft.com',
    });
  });

  test.each([{ tid: undefined }, { oid: undefined }, { tid: 'contoso' }, { roles: 'Operator' }])(
    'is nobody where %j',
    (changes) => {
      expect(personOf({ ...claims, ...changes }, OPERATORS)).toBeUndefined();
    },
  );
});
