import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { own } from './own.ts';

/** Every name that a plain object answers without having been given it. */
const inherited = Object.getOwnPropertyNames(Object.prototype);

describe('a name from outside', () => {
  test.each(inherited)('%s is not found where nobody put it', (name) => {
    expect(own({}, name)).toBeUndefined();
    expect(own({ other: 1 }, name)).toBeUndefined();
  });

  test('is found where somebody did, whatever it is called', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...inherited)), fc.integer(), (name, value) => {
        expect(own(Object.fromEntries([[name, value]]), name)).toBe(value);
      }),
    );
  });
});
