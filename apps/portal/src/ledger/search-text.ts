/**
 * How leads are searched: what is looked in and what is looked for are folded alike, into plain letters that an index
 * of trigrams knows whatever the database's locale is.
 *
 * Case, accents and punctuation make no difference. A letter outside a to z and the digits becomes five capitals,
 * of which the first is from A to M and the others from N to Z: so no part of one is taken for another.
 */

const ACCENTS = /[\u0300-\u036f]/gu;
const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/gu;
const FOREIGN = /[^a-z0-9 ]/gu;

/** How long what is looked for must be to be found inside a word: that of the index. */
export const TRIGRAM = 3;

/**
 * The most characters of one text that are looked in, before and after ligatures are taken apart: a single one can
 * stand for eighteen letters, and each of those becomes five.
 */
const MOST = 200;

/** Folds the beginning of one text; words are parted by single spaces. */
export function foldText(text: string): string {
  return beginningOf(beginningOf(text).normalize('NFKD'))
    .replace(ACCENTS, '')
    .toUpperCase()
    .toLowerCase()
    .replace(SEPARATORS, ' ')
    .trim()
    .replace(FOREIGN, spell);
}

/** What of a lead is looked in: each text begins and ends with a space, and none runs into the next. */
export function searchTextOf(texts: readonly string[]): string {
  return ` ${texts.map((text) => foldText(text)).join(' | ')} `;
}

/**
 * The patterns for LIKE that a search stands for: all of them have to be found.
 *
 * What is between spaces is found anywhere, as a part of a word too; of one or two letters, where a word begins.
 * @returns `undefined` where there is nothing to look for, though something was entered: nothing is found then
 */
export function searchPatterns(search: string): string[] | undefined {
  const folded = search
    .split(/\s+/u)
    .map((part) => foldText(part))
    .filter((part) => part !== '');
  if (folded.length === 0) return undefined;
  const isIndexed = (part: string): boolean => part.split(' ').some((word) => word.length >= TRIGRAM);
  return [...new Set(folded)].map((part) => (isIndexed(part) ? `%${part}%` : `% ${part}%`));
}

function beginningOf(text: string): string {
  if (text.length <= MOST) return text;
  return Array.from(text.slice(0, 2 * MOST))
    .slice(0, MOST)
    .join('');
}

function spell(character: string): string {
  let rest = character.codePointAt(0) ?? 0;
  let spelled = '';
  for (const first of ['N', 'N', 'N', 'N', 'A']) {
    spelled = String.fromCharCode(first.charCodeAt(0) + (rest % 13)) + spelled;
    rest = Math.floor(rest / 13);
  }
  return spelled;
}
