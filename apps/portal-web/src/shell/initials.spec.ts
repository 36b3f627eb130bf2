import { expect, test } from '@jest/globals';
import { initialsOf } from './initials.ts';

test.each([
  ['Alex Wilber', 'AW'],
  ['alex van der Wilber (Contoso)', 'AW'],
  ['Åsa', 'Å'],
  ['李 小龙', '李小'],
  ['(nobody)', ''],
  ['', ''],
])('the initials of "%s" are "%s"', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
