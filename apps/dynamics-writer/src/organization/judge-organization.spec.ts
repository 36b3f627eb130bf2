import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareVersions,
  type OrganizationReading,
  judgeOrganization,
  readOf,
} from './judge-organization.ts';

import { TOO_LARGE } from './without-translations.ts';

const EXPECTED = { solution: 'LeadIntegration', version: '1.0.0.0' };
const FINE: OrganizationReading = {
  organization: 'https://contoso.crm4.dynamics.com',
  version: { known: '9.2.26114.00168' },
  solution: { known: '1.0.0.0' },
  roles: { known: ['Microsoft Marketplace Lead Writer'] },
  table: { known: { columns: {} } },
};
const judged = (changes: Partial<OrganizationReading>) =>
  judgeOrganization({ ...FINE, ...changes }, EXPECTED);

describe('an organisation', () => {
  test.each<[string, Partial<OrganizationReading>, string[]]>([
    ['that is as expected', {}, []],
    ['with a newer minor version of the solution', { solution: { known: '1.4.0.0' } }, []],
    ['without the solution', { solution: { known: null } }, ['solution-missing']],
    ['with an older solution', { solution: { known: '0.9.12.3' } }, ['solution-older']],
    ['with a newer major version of the solution', { solution: { known: '2.0.0.0' } }, ['solution-newer']],
    ['whose user has another role', { roles: { known: ['Salesperson'] } }, ['role-missing']],
    [
      'whose lead table is too large to read',
      {
        table: readOf({ kind: 'failed', answer: { kind: 'unreachable', code: TOO_LARGE } }) ?? {
          unknown: '',
        },
      },
      ['lead-table-unread'],
    ],
    ['without the lead table', { table: { known: null } }, ['no-lead-table']],
    [
      'of which nothing may be read',
      { version: { unknown: '' }, solution: { unknown: '' }, roles: { unknown: '' }, table: { unknown: '' } },
      [],
    ],
  ])('%s', (_case, changes, causes) => {
    expect(judged(changes).map(({ cause }) => cause)).toEqual(causes);
  });

  test.each([[null], ['0.9.12.3'], ['2.0.0.0']])(
    'with the solution at %s is warned of with both versions',
    (found) => {
      const [warning] = judged({ solution: { known: found } });
      expect(warning?.what).toContain('version 1.0.0.0 is expected');
      expect(warning?.what).toContain(found ?? 'not installed');
      expect(warning?.what).toContain('9.2.26114.00168');
    },
  );
});

test('versions are compared part by part, as numbers', () => {
  expect(compareVersions('1.10', '1.9.9')).toBeGreaterThan(0);
  expect(compareVersions('1.0', '1.0.0.0')).toBe(0);
  const version = fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(version, version, (one, other) => {
      expect(Math.sign(compareVersions(one, other))).toBe(-Math.sign(compareVersions(other, one)) + 0);
    }),
  );
});
