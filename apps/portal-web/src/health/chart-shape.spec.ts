import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dotsOf, pathOf, scaleOf } from './chart-shape.ts';

describe('the scale', () => {
  test('is the next round number, and no value is above it', () => {
    expect([0, 1, 3, 7, 10, 11, 499, 501].map((most) => scaleOf([[0, most]]))).toEqual([
      1, 1, 5, 10, 10, 20, 500, 1000,
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1 }), (values) => {
        const scale = scaleOf([values]);
        const most = Math.max(...values);
        expect(scale * (1 + 1e-9)).toBeGreaterThanOrEqual(most);
        if (most > 0) expect(scale).toBeLessThanOrEqual(most * 2.5);
      }),
    );
  });
});

describe('a line', () => {
  test('goes from the left to the right edge, up for more', () => {
    expect(pathOf([0, 5, 10], 10)).toBe('M0 100L50 50L100 0');
  });

  test('has a gap where nothing is known', () => {
    expect(pathOf([1, 1, undefined, 1, 1], 1)).toBe('M0 0L25 0M75 0L100 0');
  });

  test('shows a value without neighbours as a dot', () => {
    expect(pathOf([1, undefined, 0], 1)).toBe('');
    expect(dotsOf([1, undefined, 0], 1)).toBe('M0 0h0M100 100h0');
    expect(dotsOf([1, 1], 1)).toBe('');
  });

  test('stays inside of its box', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(1_000), { nil: undefined }), { maxLength: 200 }), (values) => {
        const scale = scaleOf([values]);
        const numbers = (pathOf(values, scale) + dotsOf(values, scale)).match(/[\d.]+/g) ?? [];
        expect(numbers.every((number) => Number(number) >= 0 && Number(number) <= 100)).toBe(true);
      }),
    );
  });
});
