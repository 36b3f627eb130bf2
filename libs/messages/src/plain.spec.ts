import { describe, expect, test } from '@jest/globals';
import { bidi } from './fill.ts';
import { isolated, mailLine, mailLines, unmarked } from './plain.ts';

describe('a line', () => {
  test('keeps letters of every script and drops what breaks or reorders it', () => {
    expect(mailLine('  Núñez\r\n\tGarcía\u0000 李\u202e伟\u2068 ')).toBe('Núñez García 李伟');
  });

  test('is cut at a character, never within one', () => {
    expect(mailLine('🙂🙂🙂🙂', 3)).toBe('🙂🙂…');
    expect(mailLine('🙂🙂🙂', 3)).toBe('🙂🙂🙂');
    expect([...mailLine('x'.repeat(10_000_000))]).toHaveLength(300);
  });

  test('has no tower of marks', () => {
    expect(mailLine(`Z${'\u0301'.repeat(500)}a`)).toBe(`Z${'\u0301'.repeat(8)}a`);
  });
});

describe('a paragraph', () => {
  test('keeps its line breaks, however they were written, and no other control character', () => {
    expect(mailLines('one \t\r\ntwo\rthree\u2028\tfour\u0007!\n\n')).toBe('one\ntwo\nthree\n four !');
  });
});

describe('what runs from right to left', () => {
  test('is set apart, in HTML by an element and in a subject not at all', () => {
    const set = isolated('ליאת כהן');
    expect(set).toBe('\u2068ליאת כהן\u2069');
    expect(bidi(`${set} <b>`).markup).toBe('<bdi>ליאת כהן</bdi> &#60;b&#62;');
    expect(unmarked(set)).toBe('ליאת כהן');
  });

  test('is so, as is a mark without a letter, and nothing else is', () => {
    expect(isolated('\u0301a')).toBe('\u2068\u0301a\u2069');
    expect(isolated('José 李')).toBe('José 李');
  });
});
