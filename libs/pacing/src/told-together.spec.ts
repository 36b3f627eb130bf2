import { expect, test } from '@jest/globals';
import { toldTogether } from './told-together.ts';

test('the first is told at once, and those of the minute after it with the next, by their number', () => {
  let now = 0;
  const told: [number, string][] = [];
  const happens = toldTogether<string>(
    (count, newest) => told.push([count, newest]),
    60_000,
    () => now,
  );
  for (const what of ['a', 'b', 'c']) happens(what);
  expect(told).toEqual([[1, 'a']]);
  now = 59_999;
  happens('d');
  now = 60_000;
  happens('e');
  expect(told).toEqual([
    [1, 'a'],
    [4, 'e'],
  ]);
});
