import { describe, expect, test } from '@jest/globals';
import { faultOfDays, howLong, setByWords } from './retention-words.ts';

const store = { what: 'Posts', setBy: 'operator', setting: 'PUT_ASIDE_RETENTION_DAYS' } as const;

test.each([
  [{ days: 90, since: 'they came' }, '90 days after they came'],
  [{ days: 1, since: 'it was written' }, '1 day after it was written'],
  [{ days: 0, since: 'it was written' }, 'Not at all'],
  [{ until: 'they are written or dead' }, 'Until they are written or dead'],
])('how long something is kept is said in words: %j', (some, words) => {
  expect(howLong({ ...store, ...some })).toBe(words);
});

describe('by whom it is set', () => {
  test('is said with the setting, or with the choice', () => {
    expect(setByWords(store, true)).toBe('Set by the operators (PUT_ASIDE_RETENTION_DAYS)');
    expect(setByWords({ ...store, setBy: 'publisher' }, false)).toMatch(/unless a publisher chooses/);
    expect(setByWords({ ...store, setBy: 'publisher' }, true)).toBe('Chosen by your publisher');
    expect(setByWords({ what: 'Leads', setBy: 'system' }, true)).toMatch(/how leads are delivered/);
  });
});

test.each([
  ['30', true],
  [' 1095 ', true],
  ['29', false],
  ['1096', false],
  ['', false],
  ['forty', false],
  ['40.5', false],
  ['-40', false],
  ['1e2', false],
])('%j days can be chosen: %j', (entered, can) => {
  expect(faultOfDays(entered, { least: 30, most: 1_095 }) === undefined).toBe(can);
});
