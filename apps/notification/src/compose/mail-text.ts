/** Makes text that strangers typed harmless: in a line, in a paragraph, in HTML. */
import { oneLine, plainLines, visible } from '@leads/contracts';

/** Longer texts stand in the record; a mail need not carry them whole. */
const LONGEST_LINE = 300;
const LONGEST_NOTES = 4_000;

/** The text in one line without control characters, cut after `longest` characters. */
export function mailLine(text: string, longest = LONGEST_LINE): string {
  return shorten(oneLine(visible(text)), longest);
}

/** The text with its line breaks, as `\n`, and without other control characters. */
export function mailLines(text: string): string {
  return shorten(plainLines(visible(text)).replaceAll('\t', ' ').replace(/ +$/gmu, ''), LONGEST_NOTES);
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
