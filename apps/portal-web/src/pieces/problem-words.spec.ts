import { Trouble } from '@leads/contracts';
import { describe, expect, test } from '@jest/globals';
import { kindWords, leadsWords } from './problem-words.ts';

describe('what is the matter, in words', () => {
  test('has words of its own for each kind, and some for a kind that is not known', () => {
    const words = Trouble.options.map(kindWords);
    expect(new Set(words).size).toBe(words.length);
    expect(kindWords('moon-phase')).toBe('Incident');
  });

  test.each([
    [0, 0, 'No lead waits or is dead because of it'],
    [1, 0, '1 lead waits'],
    [2, 1, '2 leads wait, 1 lead is dead'],
    [0, 1_200, '1,200 leads are dead'],
  ])('counts %d waiting and %d dead', (waiting, dead, words) => {
    expect(leadsWords({ waiting, dead })).toBe(words);
  });
});
