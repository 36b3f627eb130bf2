import { describe, expect, test } from '@jest/globals';
import { isFromElsewhere } from './cross-site.ts';

const HERE = 'https://portal.example';

describe('a change that a page of another site makes a browser send', () => {
  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://portal.example' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: HERE }],
    [{ 'sec-fetch-site': 'none' }],
  ])('is told by %j', (headers) => {
    expect(isFromElsewhere(headers, HERE)).toBe(true);
  });

  test.each([[{}], [{ origin: HERE }], [{ 'sec-fetch-site': 'same-origin', origin: HERE }]])(
    'is not told by %j',
    (headers) => {
      expect(isFromElsewhere(headers, HERE)).toBe(false);
    },
  );
});
