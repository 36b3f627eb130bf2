/** multipart/mixed as $batch uses it: bytes to parts, parts to bytes. Pure. */

export interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What was wrong with a multipart body. */
export class MultipartError extends Error {}

/** The boundary of a `multipart/mixed` content type; undefined for any other type. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/mixed\s*;/i.test(contentType)) return undefined;
  const match = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/**
 * Splits a body at its boundary. Boundary and header lines must end in CRLF and the closing boundary must be there.
 * Throws a `MultipartError`.
 */
export function parseMultipart(body: Buffer, boundary: string): Part[] {
  const text = body.toString('latin1');
  const parts: Part[] = [];
  const delimiter = `--${boundary}`;
  let at = findDelimiter(text, delimiter, 0);
  if (at < 0) throw new MultipartError('The batch boundary was not found in the body.');
  for (;;) {
    const after = at + delimiter.length;
    if (text.startsWith('--', after)) return parts;
    const start = endOfLine(text, after);
    if (start < 0) throw new MultipartError('The body ends inside a boundary line.');
    const next = findDelimiter(text, delimiter, start);
    if (next < 0) throw new MultipartError('The closing boundary is missing: the body was cut short.');
    parts.push(parsePart(trimLineEnd(text.slice(start, next))));
    at = next;
  }
}

/** The next boundary that begins a line. */
function findDelimiter(text: string, delimiter: string, from: number): number {
  for (let at = text.indexOf(delimiter, from); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    const next = text[at + delimiter.length];
    const ends = next === undefined || next === '\r' || next === '\n' || next === '-' || next === ' ';
    if ((at === 0 || text.startsWith('\r\n', at - 2)) && ends) return at;
  }
  return -1;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end < 0 ? -1 : end + 2;
}

const trimLineEnd = (text: string): string => (text.endsWith('\r\n') ? text.slice(0, -2) : text);

/** Splits `text` (one character a byte) into header lines and what follows the empty line. */
function parsePart(text: string): Part {
  const { headers, rest } = parseHeaders(text);
  return { headers, body: Buffer.from(rest, 'latin1') };
}

/** Header lines, names in lower case, up to the first empty line. */
export function parseHeaders(text: string): { headers: Record<string, string>; rest: string } {
  const headers: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    const next = endOfLine(text, at);
    const line = (next < 0 ? text.slice(at) : text.slice(at, next)).replace(/\r\n$/, '');
    if (line.includes('\n')) throw new MultipartError('Lines must end in CRLF.');
    at = next < 0 ? text.length : next;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new MultipartError(`The line '${line.slice(0, 60)}' is not a header.`);
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, rest: text.slice(at) };
}

/** Joins parts that are whole already, headers and empty line included. */
export function formatMultipart(parts: readonly string[], boundary: string): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}
