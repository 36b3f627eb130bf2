/** Makes text that strangers typed harmless: in a line, in a paragraph, in HTML. */

// What reorders or hides the text around it.
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const CONTROL = /\p{Cc}/gu;

/** Longer texts stand in the record; a mail need not carry them whole. */
const LONGEST_LINE = 300;
const LONGEST_NOTES = 4_000;

/** The text in one line without control characters, cut after `longest` characters. */
export function oneLine(text: string, longest = LONGEST_LINE): string {
  const flat = text.toWellFormed().replace(CONTROL, ' ').replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim();
  return shorten(flat, longest);
}

/** The text with its line breaks, as `\n`, and without other control characters. */
export function severalLines(text: string): string {
  const lines = text.replace(/\r\n?|[\u2028\u2029\u0085]/gu, '\n').split('\n');
  const clean = lines.map((line) =>
    line.toWellFormed().replace(CONTROL, ' ').replace(INVISIBLE, '').trimEnd(),
  );
  return shorten(clean.join('\n').trim(), LONGEST_NOTES);
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

/** Markup in which every value that came from outside is escaped: only {@link html} makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

/** A template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: (string | Html | Html[])[]): Html {
  const filled = strings.map((part, index) => (index === 0 ? '' : markupOf(values[index - 1] ?? '')) + part);
  return new Html(filled.join(''));
}

function markupOf(value: string | Html | Html[]): string {
  if (Array.isArray(value)) return value.map((part) => part.markup).join('');
  return value instanceof Html
    ? value.markup
    : value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
