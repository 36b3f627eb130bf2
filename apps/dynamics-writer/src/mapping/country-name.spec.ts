import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countryName } from './country-name.ts';

describe('the name of a country', () => {
  test.each([
    ['DE', undefined, 'Germany'],
    ['us', undefined, 'United States'],
    ['USA', undefined, 'United States'],
    ['UK', undefined, 'United Kingdom'],
    ['DE', 'de', 'Deutschland'],
    ['DE', 'no such language', 'Germany'],
    ['Deutschland', undefined, 'Deutschland'],
    ['ZZ', undefined, 'ZZ'],
    ['Q1', undefined, 'Q1'],
    ['', undefined, ''],
  ])('%j in %s is %j', (text, language, name) => {
    expect(countryName(text, language)).toBe(name);
  });

  test('what is no code is kept as it came', () => {
    fc.assert(fc.property(fc.string({ minLength: 4 }), (text) => countryName(text) === text));
  });
});
