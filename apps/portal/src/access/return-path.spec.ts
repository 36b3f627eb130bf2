import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { returnPath } from './return-path.ts';

describe('where the browser goes after a sign-in', () => {
  test.each(['/', '/leads?state=dead', '/offers/1#versions', '/api-keys'])('is the page %s', (path) => {
    expect(returnPath(path)).toBe(path);
  });

  test.each([
    undefined,
    '',
    'leads',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\n//evil.example',
    '/sign-in?return=/',
    '/api/session',
    '/signed-out?problem=denied',
    `/${'a'.repeat(3_000)}`,
  ])('is the start for %j', (path) => {
    expect(returnPath(path)).toBe('/');
  });

  test('is on this host for any text, as any browser reads it', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '//',
      'evil.example',
      '.',
      '..',
      '@',
      ':',
      '\t',
      '\n',
      '?',
      '#',
      '%2f',
      'a',
    );
    const texts = fc.oneof(
      fc.array(pieces).map((parts) => `/${parts.join('')}`),
      fc.string(),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const path = returnPath(text);
        expect(new URL(path, 'https://portal.example').origin).toBe('https://portal.example');
        expect(path).toMatch(/^\/(?!\/)/);
      }),
    );
  });
});
