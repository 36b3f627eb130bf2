import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { percentileOf } from './latency-classes.ts';

const classOf = (ms: number): number => Math.floor(8 * Math.log2(Math.max(ms, 1)));

test('a percentile is right to 5 %, and to a millisecond', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 2_592_000_000 }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.95),
      (times, share) => {
        const exact = times.sort((one, other) => one - other)[Math.ceil(share * times.length) - 1] ?? NaN;
        const read = percentileOf(
          times.map((ms) => ({ class: classOf(ms), leads: 1 })),
          share,
        );
        expect(Math.abs((read ?? NaN) - exact)).toBeLessThanOrEqual(exact * 0.05 + 1);
      },
    ),
  );
});

test('nothing has no percentile', () => {
  expect(percentileOf([], 0.5)).toBeUndefined();
  expect(percentileOf([{ class: 3, leads: 0 }], 0.5)).toBeUndefined();
});
