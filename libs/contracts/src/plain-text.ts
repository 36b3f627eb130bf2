/**
 * Texts that strangers typed, without what XML 1.0, and so Dynamics, cannot carry, for places of one line and of many;
 * and the words of other systems, which are kept, shown and sent on. Pure.
 */

/** Anything that blanks, breaks or controls. Characters that join others, as emoji have, are none of these. */
const GAPS = /[\s\p{Cc}]+/gu;
const BREAKS = /\r\n?|[\v\f\u0085\u2028\u2029]/gu;
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/** What reorders or hides the text around it. Characters that join others are none of these either. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/** The longest text that another system is listened to, in UTF-16 units, unless less is wanted. */
const LONGEST = 8_000;

/** What stands for a character that is none: half a pair, or the two that Unicode gives no meaning to. */
const REPLACEMENT = '\uFFFD';

/** A text in one line: every run of blanks, line breaks and control characters becomes one blank. */
export function oneLine(text: string): string {
  return characters(text).replace(GAPS, ' ').trim();
}

/** A text with its line breaks, all as `\n`; other control characters become blanks. */
export function plainLines(text: string): string {
  return characters(text).replace(BREAKS, '\n').replace(CONTROLS, ' ').trim();
}

/** A text without what reorders or hides the text around it. */
export function visible(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, '');
}

/**
 * What another system said, in one line, to be kept, shown and sent on: no text that comes from outside can fail a
 * statement of PostgreSQL, which knows neither NUL nor half characters, or pass for another text.
 * @param longest in UTF-16 units; no character is cut in two
 */
export function cleanLine(text: string, longest = LONGEST): string {
  return head(oneLine(visible(head(text, longest * SLACK))), longest).trimEnd();
}

/** As {@link cleanLine}, with the line breaks of the text. */
export function cleanLines(text: string, longest = LONGEST): string {
  return head(plainLines(visible(head(text, longest * SLACK))), longest).trimEnd();
}

/** So many times the wanted length is looked at: what is taken out of a text leaves room for what follows it. */
const SLACK = 2;

/** The beginning of a text, not ending with the first half of a character. */
function head(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const isHalved = /[\ud800-\udbff]/.test(text.charAt(longest - 1));
  return text.slice(0, isHalved ? longest - 1 : longest);
}

function characters(text: string): string {
  return text.toWellFormed().replace(/[\uFFFE\uFFFF]/g, REPLACEMENT);
}
