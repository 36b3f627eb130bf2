/** Changes bytes as bad lines, bad programs and bad people do; pure. */
import { gzipSync } from 'node:zlib';

/** One change: which, where in the bytes (of 1), and with what (any byte). */
export interface Mutation {
  name: keyof typeof MUTATIONS;
  at: number;
  by: number;
}

/** What no reader of UTF-8 or of JSON expects. */
const PIECES = [
  ...[
    '\0',
    '\\u0000',
    '\\ud800',
    '\\udfff',
    '\ufeff',
    '\u202e',
    '\u0301',
    '\\',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
  ],
  ...[
    'null',
    'true',
    '1e999',
    '9'.repeat(40),
    '{"a":'.repeat(40),
    '['.repeat(40),
    '\u2028',
    '%00',
    '&a=b',
    '=',
    '/*',
  ],
].map((piece) => Buffer.from(piece));
const BROKEN = [
  ...[[0xed, 0xa0, 0x80], [0xed, 0xb0, 0x80], [0xc0, 0x80], [0xff, 0xfe], [0xfe, 0xff], [0x80], [0xf5, 0x90]],
  ...[[0xe4], [0x1f, 0x8b], [0x00, 0x7b], [0x9d]],
].map((bytes) => Buffer.from(bytes));

const put = (bytes: Buffer, at: number, piece: Buffer, length = 0): Buffer =>
  Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)]);
const oneOf = (pieces: readonly Buffer[], by: number): Buffer => pieces[by % pieces.length] ?? Buffer.of();

/** The value of a key at or after a place, as the bytes have it. */
function valueAfter(bytes: Buffer, at: number): { from: number; to: number } | undefined {
  const found = /:\s*("(?:[^"\\]|\\.)*"|[\w.+-]+)/.exec(bytes.toString('latin1', at));
  if (!found) return undefined;
  const to = at + found.index + found[0].length;
  return { from: to - (found[1] ?? '').length, to };
}

function instead(bytes: Buffer, at: number, value: string): Buffer {
  const found = valueAfter(bytes, at);
  return found ? put(bytes, found.from, Buffer.from(value), found.to - found.from) : bytes;
}

const VALUES = [
  ...[
    'null',
    '0',
    '-0',
    '1e400',
    '9007199254740993',
    '4915112345678901234567',
    'true',
    '[]',
    '{}',
    '""',
    '" "',
  ],
  ...[
    '"\\u0000"',
    '"a\\ud800b"',
    '["x"]',
    '[["x"]]',
    '{"a":1}',
    '"{\\"email\\":\\"x\\"}"',
    '"\\ufeff"',
    'NaN',
    "'x'",
  ],
];

/** Each takes the bytes, a place in them and any byte. */
const MUTATIONS = {
  flip: (bytes: Buffer, at: number, by: number) =>
    put(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << (by % 8))), 1),
  overwrite: (bytes: Buffer, at: number, by: number) => put(bytes, at, Buffer.of(by), 1),
  insert: (bytes: Buffer, at: number, by: number) => put(bytes, at, oneOf(PIECES, by)),
  break: (bytes: Buffer, at: number, by: number) => put(bytes, at, oneOf(BROKEN, by)),
  cut: (bytes: Buffer, at: number) => bytes.subarray(0, at),
  behead: (bytes: Buffer, at: number) => bytes.subarray(at),
  remove: (bytes: Buffer, at: number, by: number) => put(bytes, at, Buffer.of(), by % 32),
  repeat: (bytes: Buffer, at: number, by: number) => put(bytes, at, bytes.subarray(at, at + by)),
  value: (bytes: Buffer, at: number, by: number) => instead(bytes, at, VALUES[by % VALUES.length] ?? 'null'),
  key: (bytes: Buffer, at: number, by: number) => {
    const key = /"[^"]+"\s*:/.exec(bytes.toString('latin1', at))?.[0];
    const value = VALUES[by % VALUES.length] ?? 'null';
    return key === undefined
      ? bytes
      : put(bytes, bytes.indexOf('{') + 1, Buffer.from(`${key}${value},`, 'latin1'));
  },
  upper: (bytes: Buffer) => Buffer.from(bytes.toString('latin1').toUpperCase(), 'latin1'),
  text: (bytes: Buffer) => Buffer.from(JSON.stringify(bytes.toString('utf8'))),
  list: (bytes: Buffer, _at: number, by: number) =>
    Buffer.from(`[${Array.from({ length: 1 + (by % 3) }, () => bytes.toString('latin1')).join()}]`, 'latin1'),
  wrap: (bytes: Buffer, _at: number, by: number) =>
    Buffer.from(`{"${['body', 'data', 'value', 'x'][by % 4] ?? ''}":${bytes.toString('latin1')}}`, 'latin1'),
  utf16: (bytes: Buffer) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  latin: (bytes: Buffer) => Buffer.from(bytes.toString('utf8'), 'latin1'),
  gzip: (bytes: Buffer) => gzipSync(bytes),
} as const;

export const MUTATION_NAMES = Object.keys(MUTATIONS) as (keyof typeof MUTATIONS)[];

/** The bytes after each of the changes, one upon the other. */
export function mutate(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce(
    (changed, { name, at, by }) => MUTATIONS[name](changed, Math.floor(at * changed.length), by),
    bytes,
  );
}
