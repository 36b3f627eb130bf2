import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkColumns } from './check-columns.ts';
import { DataverseError } from './errors.ts';
import { LEAD_COLUMNS } from './lead-columns.ts';
import { navigationOf } from './lookups.ts';

const columns = new Map(LEAD_COLUMNS.map((column) => [column.logicalName, column]));
const table = { columns, navigation: navigationOf(LEAD_COLUMNS), permittedColumns: new Set<string>() };
const name = fc.constantFrom(
  ...columns.keys(),
  'nonsense',
  '@odata.type',
  'campaignid@odata.bind',
  'x@odata.bind',
);

describe('a payload', () => {
  test('of any values is taken or refused in Dataverse’s way, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(name, fc.jsonValue()), fc.jsonValue()), (payload) => {
        try {
          checkColumns(payload, table, 'create');
        } catch (error) {
          expect(error).toBeInstanceOf(DataverseError);
        }
      }),
    );
  });

  test.each([
    ['a control character', 'a\u000Bb', '0x0B'],
    ['U+FFFE', 'a\uFFFE', '0xFFFE'],
    ['half a pair', '\uD83D', '0xD83D'],
  ])('with %s is refused, as no XML text can carry it', (_what, lastname, hexadecimal) => {
    expect(() => checkColumns({ lastname }, table, 'create')).toThrow(hexadecimal);
  });

  test('takes characters of every plane, tabs and line ends', () => {
    const lastname = 'a\t\r\n\u007F\u{1FFFF}\u{10FFFF}🙂';
    expect(checkColumns({ lastname }, table, 'create').columns).toEqual({ lastname });
  });

  test('that is taken holds nothing longer than its column and no option that is none', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 400 }),
      fc.integer({ min: -5, max: 20 }),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.constantFrom(...columns.values()), value, (column, given) => {
        let kept: unknown;
        try {
          kept = checkColumns({ [column.logicalName]: given }, table, 'create').columns[column.logicalName];
        } catch {
          return;
        }
        if (typeof kept === 'string' && column.maxLength !== undefined)
          expect(kept.length).toBeLessThanOrEqual(column.maxLength);
        if (typeof kept === 'number' && column.options)
          expect(column.options.map((option) => option.value)).toContain(kept);
        if (!column.validForCreate) expect(kept).toBeUndefined();
      }),
    );
  });

  test.each(
    [...columns.values()]
      .filter((column) => column.maxLength !== undefined)
      .map((column) => [column.logicalName, column] as const),
  )('%s takes its longest value and not one more', (logicalName, column) => {
    if (!column.validForCreate) return;
    const of = (length: number): object => ({ [logicalName]: 'x'.repeat(length) });
    const longest = column.maxLength as number;
    expect(() => checkColumns(of(longest), table, 'create')).not.toThrow();
    expect(() => checkColumns(of(longest + 1), table, 'create')).toThrow(
      'exceeded the maximum allowed length',
    );
  });
});
