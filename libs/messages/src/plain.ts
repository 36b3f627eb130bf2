/** Makes text that strangers typed harmless: in a line, in a paragraph, beside text that runs the other way. */
import { oneLine, plainLines, visible } from '@leads/contracts';

/** Longer texts stand in the record; a mail need not carry them whole. */
const LONGEST_LINE = 300;
const LONGEST_NOTES = 4_000;

/** So many marks may stand on one letter: no language has more, and towers of them cover the lines above. */
const TOWER = /(\p{M}{8})\p{M}+/gu;

/** The text in one line without control characters, cut after `longest` characters. */
export function mailLine(text: string, longest = LONGEST_LINE): string {
  return shorten(oneLine(visible(bounded(text, longest))).replace(TOWER, '$1'), longest);
}

/** The text with its line breaks, as `\n`, and without other control characters. */
export function mailLines(text: string, longest = LONGEST_NOTES): string {
  const lines = plainLines(visible(bounded(text, longest)))
    .replaceAll('\t', ' ')
    .replace(/ +$/gmu, '');
  return shorten(lines.replace(TOWER, '$1'), longest);
}

/** Texts of megabytes are not looked through to their ends; what is taken out leaves room for what follows it. */
function bounded(text: string, longest: number): string {
  return text.length <= longest * 8 ? text : `${text.slice(0, longest * 8)}…`;
}

function shorten(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest
    ? text
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

/** What runs from right to left, and a mark that would sit on the letter before it. */
const RIGHT_TO_LEFT =
  /^\p{M}|[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A value as it stands in a sentence of ours: what runs from right to left, or begins with a mark, is set apart by
 * U+2068 and U+2069, which no value has in it, and reorders nothing around it. `bidi` makes elements of these.
 */
export function isolated(value: string): string {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

/** A sentence as it stands in a header or a title, where nothing is set apart. */
export function unmarked(text: string): string {
  return text.replace(/[\u2068\u2069]/g, '');
}
