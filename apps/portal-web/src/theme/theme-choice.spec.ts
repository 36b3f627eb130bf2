import { expect, test } from '@jest/globals';
import { isDark, readThemeChoice } from './theme-choice.ts';

test('what was kept is chosen again, and nonsense is the system', () => {
  expect(['light', 'dark', 'system', 'pink', null].map(readThemeChoice)).toEqual([
    'light',
    'dark',
    'system',
    'system',
    'system',
  ]);
});

test('the system decides only where it was chosen', () => {
  expect([isDark('system', true), isDark('system', false)]).toEqual([true, false]);
  expect([isDark('dark', false), isDark('light', true)]).toEqual([true, false]);
});
