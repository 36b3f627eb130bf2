import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leaksIn, partsOfToken } from './leaks.ts';

const secret = 'q/7+Zk=x~9 ü-long-enough';
const inside = new Map([
  ['ours', secret],
  ['another', 'is-nowhere-to-be-seen'],
]);

describe('a secret is found', () => {
  const bytes = Buffer.from(secret);
  test.each([
    ['as it is', secret],
    ['in an address', encodeURIComponent(secret)],
    ['in hexadecimal', bytes.toString('hex')],
    ['in base64', bytes.toString('base64')],
    ['in base64 for addresses', bytes.toString('base64url')],
  ])('%s', (_how, spelt) => {
    expect(leaksIn(`before ${spelt} after`, inside)).toEqual(['ours']);
  });

  test('wherever it stands, and only where it does', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(leaksIn(`${before}${secret}${after}`, inside)).toContain('ours');
        const isMadeWhole = before.endsWith(secret.slice(0, 1));
        expect(leaksIn(`${before}${secret.slice(1)}${after}`, inside)).toEqual(isMadeWhole ? ['ours'] : []);
      }),
    );
  });
});

test('a secret that could occur by chance is refused', () => {
  expect(() => leaksIn('', new Map([['pin', '1234']]))).toThrow('pin is too short');
});

test('a token is found by how it begins and by its signature', () => {
  const claims = 'c'.repeat(60);
  expect(partsOfToken(`header.${claims}.signature`)).toEqual({
    beginning: `header.${claims.slice(0, 40)}`,
    signature: 'signature',
  });
});
