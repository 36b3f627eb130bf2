/** Texts without control characters, for columns of one line and of many; pure. */

/** Anything that blanks, breaks or controls. Characters that join others, as emoji have, are none of these. */
const GAPS = /[\s\p{Cc}]+/gu;
const BREAKS = /\r\n?|[\v\f\u0085\u2028\u2029]/gu;
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/** A text in one line: every run of blanks, line breaks and control characters becomes one blank. */
export function oneLine(text: string): string {
  return text.replace(GAPS, ' ').trim();
}

/** A text with its line breaks, all as `\n`; other control characters, which Dynamics refuses, become blanks. */
export function plainLines(text: string): string {
  return text.replace(BREAKS, '\n').replace(CONTROLS, ' ').trim();
}
