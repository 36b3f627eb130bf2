/** How a text goes over the wire: encoded, packed, and with what is said of it, which need not be true. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Body } from './body.ts';

type Sent = Pick<Body, 'bytes' | 'headers'>;

/** What senders say of JSON, right and wrong. */
const CONTENT_TYPES = [
  ...['application/json', 'application/json', 'application/json; charset=utf-8', 'text/plain', ''],
  ...['application/x-www-form-urlencoded', 'text/xml', 'multipart/form-data; boundary=x', 'nonsense', ';;='],
  ...[
    'application/json; charset=utf-16',
    'application/json;charset="iso-8859-1"',
    'text/json; charset=utf-7',
  ],
  ...['application/json; charset=shift_jis', 'application/json; charset=no-such', 'application/octet-stream'],
];

const contentType = fc.constantFrom(...CONTENT_TYPES);

/** Whether windows-1252 and ISO 8859-1 have every character, and the same. */
const isLatin = (text: string): boolean => /^[\0-\u007f\u00a0-\u00ff]*$/.test(text);

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Each by its name: of what it says of itself a receiver can read it all the same. */
const ENCODED: Record<string, (text: string) => { bytes: Buffer; says?: Record<string, string> }> = {
  plain: (text) => ({ bytes: Buffer.from(text) }),
  bom: (text) => ({ bytes: Buffer.from(`\ufeff${text}`) }),
  utf16: (text) => ({ bytes: Buffer.from(`\ufeff${text}`, 'utf16le') }),
  'utf16-big': (text) => ({ bytes: bigEndian(`\ufeff${text}`) }),
  'utf16-bare': (text) => ({ bytes: Buffer.from(text, 'utf16le') }),
  'utf16-big-bare': (text) => ({ bytes: bigEndian(text) }),
  latin: (text) => ({ bytes: Buffer.from(text, isLatin(text) ? 'latin1' : 'utf8') }),
  gzip: (text) => ({ bytes: gzipSync(text), says: { 'content-encoding': 'gzip' } }),
  'gzip-unsaid': (text) => ({ bytes: gzipSync(text) }),
  'gzip-twice': (text) => ({ bytes: gzipSync(gzipSync(text)), says: { 'content-encoding': 'gzip, GZIP' } }),
  'gzip-utf16': (text) => ({
    bytes: gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le')),
    says: { 'content-encoding': 'x-gzip' },
  }),
  'gzip-untrue': (text) => ({ bytes: Buffer.from(text), says: { 'content-encoding': 'gzip' } }),
  deflate: (text) => ({ bytes: deflateSync(text), says: { 'content-encoding': 'deflate' } }),
  'deflate-bare': (text) => ({ bytes: deflateRawSync(text), says: { 'content-encoding': 'deflate' } }),
  'br-untrue': (text) => ({ bytes: Buffer.from(text), says: { 'content-encoding': 'br' } }),
};

const encoding = fc.oneof(
  { weight: 3, arbitrary: fc.constant('plain') },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(ENCODED)) },
);

/** A text in an encoding that can be read, whatever is said of it. */
export function sent(text: string): fc.Arbitrary<Sent> {
  return fc.tuple(encoding, contentType).map(([name, type]) => {
    const { bytes, says = {} } = ENCODED[name]?.(text) ?? { bytes: Buffer.from(text) };
    return { bytes, headers: { ...(type === '' ? {} : { 'content-type': type }), ...says } };
  });
}

/** Bytes of any kind, with anything said of them. */
export function sentAnyhow(bytes: Buffer): fc.Arbitrary<Sent> {
  const claims = fc.constantFrom(
    'gzip',
    'deflate',
    'br',
    'zstd',
    'identity',
    'gzip, deflate',
    'nonsense',
    ',,',
  );
  const packings = fc.constantFrom(gzipSync, deflateSync, deflateRawSync, brotliCompressSync);
  return fc
    .tuple(
      contentType,
      fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: claims }),
      fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: packings }),
    )
    .map(([type, encodingSaid, pack]) => ({
      bytes: pack ? pack(bytes) : bytes,
      headers: {
        ...(type === '' ? {} : { 'content-type': type }),
        ...(encodingSaid !== undefined && { 'content-encoding': encodingSaid }),
      },
    }));
}
