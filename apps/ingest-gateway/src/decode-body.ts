/** What a posted body's bytes say: unpacked and read as text, whatever its headers claim; pure. */
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What the sender says of a body: claims, which the bytes may contradict. */
export interface BodyClaims {
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
}

export type Decoded = { kind: 'text'; text: string } | { kind: 'too-large' } | { kind: 'unreadable' };

/** @param limit the most bytes that the body may have once it is unpacked */
export function decodeBody(body: Buffer, claims: BodyClaims, limit: number): Decoded {
  const unpacked = unpack(body, claims.contentEncoding ?? '', limit);
  if (unpacked.kind !== 'bytes') return unpacked;
  const { bytes } = unpacked;
  const charset = charsetIn(claims.contentType ?? '');
  const first = shownIn(bytes) ?? (LIKE_UTF_8.test(charset) ? charset : '');
  return { kind: 'text', text: decodeText(bytes, charset, first) };
}

type Unpacked = { kind: 'bytes'; bytes: Buffer } | Exclude<Decoded, { kind: 'text' }>;

/** So many times is a body unpacked; nobody packs it more often in earnest. */
const MOST_LAYERS = 2;

function unpack(body: Buffer, contentEncoding: string, limit: number): Unpacked {
  const names = contentEncoding.toLowerCase().split(',');
  const claimed = names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
  let bytes = body;
  // The last that is named was put on last. What was packed and says nothing of it shows it.
  for (const encoding of claimed.length > 0 ? claimed.reverse().slice(0, MOST_LAYERS) : ['gzip']) {
    const ways = unpackings(bytes, encoding);
    if (ways === undefined) return { kind: 'unreadable' };
    const next = tryEach(ways, bytes, limit);
    if (next.kind !== 'bytes') return next;
    bytes = next.bytes;
  }
  return { kind: 'bytes', bytes };
}

type Unpacking = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

const asItIs: Unpacking = (bytes) => bytes;

/** The ways in which bytes may be packed that are said to be, the likeliest first; `undefined` for an unknown encoding. */
function unpackings(bytes: Buffer, encoding: string): Unpacking[] | undefined {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return [isGzip ? gunzipSync : asItIs];
    case 'deflate':
      // With the header that the standard asks for, or bare, as some send it; or not packed at all.
      return isPlain(bytes) ? [asItIs] : [inflateSync, inflateRawSync];
    default:
      return isPlain(bytes) ? [asItIs] : undefined;
  }
}

/** Whether these bytes begin like a lead that is not packed. */
function isPlain(bytes: Buffer): boolean {
  return /^(?:\ufeff|\u00ef\u00bb\u00bf)?\s*[{["]/.test(bytes.toString('latin1', 0, 64));
}

function tryEach(ways: readonly Unpacking[], bytes: Buffer, limit: number): Unpacked {
  for (const way of ways) {
    try {
      return { kind: 'bytes', bytes: way(bytes, { maxOutputLength: limit }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too-large' };
    }
  }
  return { kind: 'unreadable' };
}

function charsetIn(contentType: string): string {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? '';
}

/**
 * Reads bytes as text. What they show counts before what is claimed of them: most that claim another encoding are
 * UTF-8 all the same, and what is not is most often of the Latin kind. Every sequence of bytes is some text.
 * @param first the encoding that is tried before UTF-8
 */
export function decodeText(bytes: Uint8Array, charset: string, first = ''): string {
  for (const encoding of [first, 'utf-8', charset]) {
    const text = encoding === '' ? undefined : decodedAs(encoding, bytes);
    if (text !== undefined) return text;
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

/** The encodings whose every text could be UTF-8 as well. UTF-16 is none: a lead in it shows where its zeros stand. */
const LIKE_UTF_8 = /^(?:iso-2022|hz)/;

/** The encoding that the first bytes show: by a byte order mark, or by where the zeros of ASCII stand. */
function shownIn([first, second]: Uint8Array): string | undefined {
  if ((first === 0xff && second === 0xfe) || (first !== undefined && first !== 0 && second === 0))
    return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0))
    return 'utf-16be';
  return undefined;
}

/** Made once: nearly every body is read with it. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decodedAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return (encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding, { fatal: true })).decode(bytes);
  } catch {
    return undefined;
  }
}
