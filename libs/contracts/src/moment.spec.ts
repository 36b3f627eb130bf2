import { expect, test } from '@jest/globals';
import { Moment } from './moment.ts';

test.each<[string, boolean]>([
  ['2026-12-01T03:31:00Z', true],
  ['2026-12-01T03:31:00.123456789Z', true],
  ['0001-01-01T00:00:00Z', true],
  ['9999-12-31T23:59:59.999Z', true],
  ['0000-01-01T00:00:00Z', false],
  [`2026-12-01T03:31:00.${'1'.repeat(500)}Z`, false],
  ['2026-02-30T00:00:00Z', false],
  ['2026-12-01T03:31:00', false],
])('%s is a moment: %s', (time, isOne) => {
  expect(Moment.safeParse(time).success).toBe(isOne);
});
