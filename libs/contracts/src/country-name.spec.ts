import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { iso31661 } from 'iso-3166';
import { countryName } from './country-name.ts';

describe('the name of a country', () => {
  test.each([
    ['DE', undefined, 'Germany'],
    ['us', undefined, 'United States'],
    ['USA', undefined, 'United States'],
    ['UK', undefined, 'United Kingdom'],
    ['BEL', undefined, 'Belgium'],
    ['sgp', undefined, 'Singapore'],
    ['ZAF', undefined, 'South Africa'],
    ['KOR', undefined, 'South Korea'],
    ['XKX', undefined, 'Kosovo'],
    ['BEL', 'fr', 'Belgique'],
    ['ABC', undefined, 'ABC'],
    ['DE', 'de', 'Deutschland'],
    ['DE', 'no such language', 'Germany'],
    ['Deutschland', undefined, 'Deutschland'],
    ['ZZ', undefined, 'ZZ'],
    ['Q1', undefined, 'Q1'],
    ['', undefined, ''],
  ])('%j in %s is %j', (text, language, name) => {
    expect(countryName(text, language)).toBe(name);
  });

  test.each(iso31661)('by both codes of $name is one and the same, and no code', ({ alpha2, alpha3 }) => {
    expect(countryName(alpha3)).toBe(countryName(alpha2));
    expect(countryName(alpha2).length).toBeGreaterThan(3);
  });

  test('what is no code is kept as it came', () => {
    fc.assert(fc.property(fc.string({ minLength: 4 }), (text) => countryName(text) === text));
  });
});
