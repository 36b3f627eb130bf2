import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formulaSafe } from './formula-safe.ts';

describe('a value that would be run as a formula', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1234', "'+49 30 1234"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠A1', "'＠A1"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
    ['\tAna', "'\tAna"],
    ['  =1', "'  =1"],
    ['\u00a0=1', "'\u00a0=1"],
    ['\ufeff=1', "'\ufeff=1"],
    ['\u200b=1', "'\u200b=1"],
    ['\0=1', "'\0=1"],
    ['R&D;=cmd()', "R&D;'=cmd()"],
    ['R&D; =cmd()', "R&D; '=cmd()"],
    ['Adatum\n@A1', "Adatum\n'@A1"],
    [';=1', ";'=1"],
    ['\ufeff\t=1', "\ufeff\t'=1"],
  ])('%j is written as %j', (value, safe) => {
    expect(formulaSafe(value)).toBe(safe);
  });
});

test.each([
  '',
  'Ana',
  'ana@adatum.example',
  'A - B',
  'Sales; Marketing',
  '5 > 3 = true',
  "'=1",
  'a\nb',
  'Zoë',
])('%j stays as it is', (value) => {
  expect(formulaSafe(value)).toBe(value);
});

const nasty = fc.string({
  unit: fc.constantFrom(...'=+-@＝＋－＠;\t\r\n \u00a0\ufeff\u200b\0\'",a1é😀'),
  maxLength: 12,
});
const anything = fc.oneof(nasty, fc.string({ unit: 'binary' }));

describe('whatever the value', () => {
  test('no piece of it, cut where a program may cut it, begins a formula', () => {
    fc.assert(
      fc.property(anything, (value) => {
        for (const piece of formulaSafe(value).split(/[;\t\r\n]/u)) {
          expect(piece).not.toMatch(/^[\s\p{C}]*[=+\-@＝＋－＠]/u);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('nothing but apostrophes is added', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const safe = formulaSafe(value);
        expect(safe.replaceAll("'", '')).toBe(value.replaceAll("'", ''));
        expect(safe.length).toBeGreaterThanOrEqual(value.length);
      }),
    );
  });

  test('what is safe already stays as it is', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(formulaSafe(formulaSafe(value))).toBe(formulaSafe(value));
      }),
    );
  });
});
