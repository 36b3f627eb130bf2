import { describe, expect, test } from '@jest/globals';
import { returnPath, signedOutAddress, signInAddress } from './sign-in-addresses.ts';

describe('where one comes back to after signing in', () => {
  test.each(['/', '/leads?state=dead', '/offers/1#versions', '/signed-outing'])('is the path %s', (path) => {
    expect(returnPath(path)).toBe(path);
  });

  test.each([
    null,
    '',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/signed-out?return=/leads',
    '/signed-out',
    '/api/session',
    '/sign-in?return=/',
    '/auth/callback',
  ])('is the start where %s is no page of the console', (path) => {
    expect(returnPath(path)).toBe('/');
  });

  test('is part of the addresses, encoded', () => {
    expect(signInAddress('/leads?state=dead&search=a b')).toBe(
      '/sign-in?return=%2Fleads%3Fstate%3Ddead%26search%3Da+b',
    );
    expect(signedOutAddress('//evil', 'session-ended')).toBe('/signed-out?return=%2F&problem=session-ended');
  });
});
