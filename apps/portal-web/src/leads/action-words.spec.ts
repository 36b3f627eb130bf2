import { expect, test } from '@jest/globals';
import { actionWords } from './action-words.ts';

test('a known action is said in words, whatever its case', () => {
  expect(actionWords('ins')).toContain('Get it now');
  expect(actionWords('DNC')).toContain('another partner');
  expect(actionWords('DNC')).not.toMatch(/not contact/i);
});

test('an unknown action is shown as it came, a missing one is said to be missing', () => {
  expect(actionWords('XYZ')).toBe('XYZ');
  expect(actionWords('')).toBe('Not said');
});
