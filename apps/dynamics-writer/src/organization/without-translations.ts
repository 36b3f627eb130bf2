/** Descriptions of tables in passing: every label comes once a language, and only the user's own is wanted. */

/** The list of labels in all languages; beside it stands the one in the user's. */
const TRANSLATIONS = 'LocalizedLabels';

/** The most that is kept of one answer, in UTF-16 units. */
export const MOST_KEPT = 6 * 1024 * 1024;

/** As undici names it where a body is larger than is permitted. */
export const TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * Reads a body of JSON without its translations, holding no more than what is kept and one chunk.
 * @throws an error with the code {@link TOO_LARGE} where too much would be kept
 */
export async function withoutTranslations(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const pruner = new Pruner();
  const kept: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const rest = pruner.push(decoder.decode(chunk, { stream: true }));
    length += rest.length;
    if (length > MOST_KEPT) throw Object.assign(new Error('the answer is too large'), { code: TOO_LARGE });
    kept.push(rest);
  }
  return kept.join('') + pruner.push(decoder.decode());
}

/** Empties each list of translations in a JSON text that comes in pieces; whatever is no JSON passes as it is. */
export class Pruner {
  private isInString = false;
  private isEscaped = false;
  /** The string that was read last, or is being read; no longer than matters. */
  private text = '';
  /** The name before the colon that was just read. */
  private name = '';
  /** How many brackets are open since a list of translations began. */
  private depth = 0;

  /** @returns what of the piece is kept */
  push(piece: string): string {
    let kept = '';
    let from = this.depth > 0 ? -1 : 0;
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece.charAt(at);
      if (this.isInString) {
        this.goOnInString(character);
        continue;
      }
      if (character === '"') {
        this.isInString = true;
        this.text = '';
      } else if (this.depth > 0) {
        if (character === '[') this.depth += 1;
        if (character === ']') this.depth -= 1;
        if (this.depth === 0) from = at;
        this.name = '';
      } else if (character === ':') {
        this.name = this.text;
      } else if (character === '[' && this.name === TRANSLATIONS) {
        this.depth = 1;
        kept += piece.slice(from, at + 1);
        from = -1;
      } else if (character.trim() !== '') {
        this.name = '';
      }
    }
    return from < 0 ? kept : kept + piece.slice(from);
  }

  private goOnInString(character: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (character === '\\') this.isEscaped = true;
    else if (character === '"') {
      this.isInString = false;
      return;
    }
    if (this.text.length <= TRANSLATIONS.length) this.text += character;
  }
}
