/** Keeps what customers typed from being run as a formula by the program that opens a CSV file; pure. */

/** What a formula begins with, in its full-width forms too: some programs take them for the plain ones. */
const BEGINS_FORMULA: ReadonlySet<string> = new Set('=+-@＝＋－＠');

/** A value that begins with one of these is marked whatever follows: programs drop them, or begin a cell after them. */
const BEGINS_CELL: ReadonlySet<string> = new Set('\t\r\n');

/** What a program may take for the end of a cell although the file separates by commas, as Excel does with `;`. */
const SEPARATES: ReadonlySet<string> = new Set(';\t\r\n');

/** Blank or invisible: a program may skip it and see what comes after. */
const SKIPPED = /[\s\p{C}]/u;

const MARK = "'";

/**
 * The value with an apostrophe wherever a program would otherwise see the start of a formula: at its beginning, and
 * after what the program may take for a separator of cells. The apostrophe tells spreadsheets that text follows.
 *
 * `escape_formulas` of csv-stringify looks at the first character only, and not at a line feed.
 */
export function formulaSafe(value: string): string {
  let safe = BEGINS_CELL.has(value.charAt(0)) ? MARK : '';
  let isBlank = safe === '';
  let mayBegin = isBlank;
  for (const character of value) {
    const isSkipped = SKIPPED.test(character);
    if (mayBegin && BEGINS_FORMULA.has(character)) {
      // Before blanks too: the mark counts only as the very first character of its cell.
      safe = isBlank ? MARK + safe : safe + MARK;
    }
    safe += character;
    const separates = SEPARATES.has(character);
    isBlank &&= isSkipped && !separates;
    mayBegin = separates || (mayBegin && isSkipped);
  }
  return safe;
}
