import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldText, searchPatterns, searchTextOf } from './search-text.ts';

/** Whether LIKE would find every pattern; they hold no other wildcard than the percent signs at their ends. */
function isFound(search: string, texts: string[]): boolean {
  const text = searchTextOf(texts);
  return searchPatterns(search)?.every((pattern) => text.includes(pattern.slice(1, -1))) ?? false;
}

describe('a search', () => {
  test('makes no difference between cases, accents, and kinds of punctuation', () => {
    expect(isFound('MULLER', ['Jürgen Müller'])).toBe(true);
    expect(isFound('jürgen', ['JURGEN'])).toBe(true);
    expect(isFound('STRASSE', ['Hauptstraße 1'])).toBe(true);
    expect(isFound('ana.trujillo@adatum', ['', '', 'Ana_Trujillo@Adatum.example'])).toBe(true);
  });

  test('finds parts of words, and words in any order', () => {
    expect(isFound('ujil', ['Ana Trujillo'])).toBe(true);
    expect(isFound('trujillo ana', ['Ana Trujillo'])).toBe(true);
    expect(isFound('adatum ana', ['Ana Trujillo', 'Adatum'])).toBe(true);
  });

  test('does not find across what is parted', () => {
    expect(isFound('trujillo-adatum', ['Ana Trujillo', 'Adatum'])).toBe(false);
    expect(isFound('ana@adatum', ['Ana Trujillo', 'Adatum'])).toBe(false);
  });

  test('finds one or two letters where a word begins, and nowhere else', () => {
    expect(isFound('tr', ['Ana Trujillo'])).toBe(true);
    expect(isFound('ru', ['Ana Trujillo'])).toBe(false);
    expect(isFound('a', ['Ana'])).toBe(true);
  });

  test('knows letters of other scripts, and takes none for a part of others', () => {
    expect(isFound('иван', ['Иванов Пётр'])).toBe(true);
    expect(isFound('петр', ['Иванов Пётр'])).toBe(true);
    expect(isFound('ивнов', ['Иванов Пётр'])).toBe(false);
    expect(isFound('王', ['王小明'])).toBe(true);
    expect(isFound('明小', ['王小明'])).toBe(false);
  });

  test('finds nothing where only punctuation is looked for', () => {
    expect(searchPatterns(' @ ')).toBeUndefined();
  });

  test('of a long text, or of ligatures of many letters, looks in no more than a fixed number of characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('\u{fdfa}', '\u{ffffd}', 'x', '\u{1f600}a'),
        fc.integer({ min: 0, max: 20_000 }),
        (letter, count) => {
          expect(foldText(letter.repeat(count)).length).toBeLessThanOrEqual(1_000);
        },
      ),
    );
    expect(isFound('ana trujillo', [`Ana Trujillo ${'x'.repeat(10_000)}`])).toBe(true);
  });

  test('finds every text by itself, and by any part of three letters or more of a word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (text, start, length) => {
          const [word = ''] = foldText(text).split(' ');
          if (word === '') return;
          expect(isFound(text, ['before', text, 'after'])).toBe(true);
          // Letters of other scripts are five characters each: only whole ones are a part.
          if (/^[a-z0-9]+$/.test(word) && word.length > 3) {
            const from = start % (word.length - 2);
            expect(isFound(word.slice(from, from + 3 + (length % word.length)), [text])).toBe(true);
          }
        },
      ),
    );
  });

  test('is folded into plain letters, digits and spaces, five capitals for each other letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(text)).toMatch(/^(?:[a-z0-9 ]|[A-M][N-Z]{4})*$/);
      }),
    );
  });
});
