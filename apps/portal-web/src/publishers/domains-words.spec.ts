import { expect, test } from '@jest/globals';
import { domainsIn, domainsWords, faultOfDomains } from './domains-words.ts';

test('domains are entered one after the other, whatever stands between', () => {
  expect(domainsIn(' contoso.com;contoso.de , contoso.fr\n')).toEqual([
    'contoso.com',
    'contoso.de',
    'contoso.fr',
  ]);
  expect(domainsIn('  ; ')).toEqual([]);
  expect(domainsIn(domainsWords(['a.com', 'b.com']))).toEqual(['a.com', 'b.com']);
});

test('a fault names the domain that it is about', () => {
  const errors = [
    { pointer: '/domains/1', detail: 'Anybody can have an address there.' },
    { pointer: '/name', detail: 'Enter the name.' },
  ];
  expect(faultOfDomains(errors, ['contoso.com', 'gmail.com'])).toBe(
    'gmail.com: Anybody can have an address there.',
  );
  expect(faultOfDomains([], ['contoso.com'])).toBeUndefined();
});
