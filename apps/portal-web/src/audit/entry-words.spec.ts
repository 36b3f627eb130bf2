import { expect, test } from '@jest/globals';
import { entryWords, personWords } from './entry-words.ts';

test('an entry says how many leads, for which filter, how often and why', () => {
  expect(entryWords({})).toEqual([]);
  expect(entryWords({ leads: 1, times: 3, filter: { search: 'adatum', connectionId: 'x' } })).toEqual([
    '1 lead',
    'search: adatum',
    'offer: x',
    '3 more times within some minutes',
  ]);
  expect(entryWords({ leads: 0, filter: { constructor: 'x' }, reason: 'Not theirs.' })).toEqual([
    '0 leads',
    'constructor: x',
    'Not theirs.',
  ]);
  expect(entryWords({ domains: ['contoso.com', 'contoso.de'] })).toEqual([
    'mail domains: contoso.com, contoso.de',
  ]);
  expect(entryWords({ domains: [] })).toEqual(['mail domains: none']);
});

test('an entry says who it was by directory and object, where that is known', () => {
  expect(personWords({ directoryId: 'd', userId: 'u' })).toBe('Directory d, object u');
  expect(personWords({})).toBeUndefined();
});
