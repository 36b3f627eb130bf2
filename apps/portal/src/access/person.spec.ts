import { describe, expect, test } from '@jest/globals';
import { directories } from '@leads/testing/contoso';
import { personOf } from './person.ts';

const { northwind: OPERATORS, contoso: CONTOSO } = directories;
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

  test('has a name that can be kept and shown, whatever their directory holds', () => {
    const hostile = {
      name: `\0Alex\u202e${'x'.repeat(195)}\u{1f642}`,
      preferred_username: `\ud83d${'y'.repeat(9_999)}`,
    };
    const person = personOf({ ...claims, ...hostile }, OPERATORS);
    expect(person).toMatchObject({ name: `Alex${'x'.repeat(195)}`, email: `\ufffd${'y'.repeat(199)}` });
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
