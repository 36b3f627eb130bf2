/** Fills the blocks of a mail: whatever is not markup of ours is escaped for HTML, in text and attributes alike. */
import { blocks } from './blocks.ts';

/** Markup in which everything that came from outside is escaped: only this file makes it. */
export class Html {
  /** @internal */
  constructor(readonly markup: string) {}
}

type Slots<Block extends string> = Block extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Slots<Rest>
  : never;

type Values<Name extends keyof typeof blocks> = {
  readonly [Slot in Slots<(typeof blocks)[Name]>]: string | Html | readonly Html[];
};

/** A block of `mjml/mail.mjml` with all its slots filled; a slot that is not filled is a type error. */
export function fill<Name extends keyof typeof blocks>(name: Name, values: Values<Name>): Html {
  const known = new Map<string, string | Html | readonly Html[]>(Object.entries(values));
  return new Html(
    blocks[name].replace(/\{\{(\w+)\}\}/g, (_, slot: string) => markupOf(known.get(slot) ?? '')),
  );
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (value instanceof Html) return value.markup;
  return typeof value === 'string' ? escaped(value) : value.map(({ markup }) => markup).join('');
}

/** A text as HTML in which what `isolated` has set apart is an element of its own; see there. */
export function bidi(text: string): Html {
  return new Html(escaped(text).replaceAll('\u2068', '<bdi>').replaceAll('\u2069', '</bdi>'));
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
