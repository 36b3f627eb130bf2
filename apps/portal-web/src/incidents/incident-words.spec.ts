import { describe, expect, test } from '@jest/globals';
import { endWords, stepsOf, transitionWords } from './incident-words.ts';

describe('an incident in words', () => {
  test('has its remedy line by line, sentence by sentence', () => {
    expect(stepsOf({ remedy: 'Open App registrations. Make a new one.\n\n Enter it. ' })).toEqual([
      ...['Open App registrations.', 'Make a new one.', 'Enter it.'],
    ]);
  });

  test('says whether it ends by itself, or a person ends it', () => {
    for (const kind of ['records-undecodable', 'events-refused'])
      expect(endWords(kind)).toContain('resolve it');
    expect(endWords('posts-quarantined')).toContain('replayed or discarded');
    expect(endWords('destination-away')).toContain('by itself once');
  });

  test('says who did what, and what came by itself', () => {
    const ann = { by: 'ann@contoso.example', transition: 'changed', state: 'resolved' } as const;
    expect(transitionWords(ann)).toBe('Resolved by ann@contoso.example');
    expect(transitionWords({ ...ann, by: 'itself' })).toBe('The cause is gone');
    expect(transitionWords({ ...ann, by: 'itself', state: 'open' })).toBe('It came back');
  });
});
