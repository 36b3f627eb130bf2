/** A posted body understood, as far as it can be: bytes to text, text to values, values to leads; pure. */
import {
  type FoundLead,
  type Fragments,
  MAX_LEAD_BYTES,
  type NotUnderstood,
  readFragments,
  readLeads,
} from '@leads/contracts';
import { type BodyClaims, decodeBody, decodeText } from './decode-body.ts';

/** What was posted. */
export type PostRead =
  | {
      kind: 'leads';
      leads: FoundLead[];
      /** The body as text. */
      text: string;
      /** As it was parsed. */
      value: unknown;
      /** Whether everything in it was understood. */
      isWhole: boolean;
      /** What was not; nothing where it is whole. */
      rest: unknown[];
    }
  | { kind: NotUnderstood }
  | { kind: 'empty' }
  | { kind: 'too-large' };

/** Reads a body by what it shows itself; what its headers claim is tried where it shows nothing. */
export function readPost(body: Buffer, claims: BodyClaims): PostRead {
  if (body.length === 0) return { kind: 'empty' };
  const decoded = decodeBody(body, claims, MAX_LEAD_BYTES);
  if (decoded.kind === 'unreadable') return { kind: 'not-readable' };
  if (decoded.kind === 'too-large') return decoded;
  const { text } = decoded;
  const value = valueOf(text);
  if (value === undefined) return { kind: 'not-readable' };
  const read = readLeads(value);
  return read.kind === 'leads' ? { ...read, text, value } : read;
}

/** A body as text, decoded as well as it can be: what cannot be unpacked, as it came. */
export function textOf(body: Buffer, claims: BodyClaims): string {
  const decoded = decodeBody(body, claims, MAX_LEAD_BYTES);
  return decoded.kind === 'text' ? decoded.text : decodeText(body, '');
}

/** What can be told of a body in which no lead was found. */
export function fragmentsOf(body: Buffer, claims: BodyClaims): Fragments {
  const text = textOf(body, claims);
  return readFragments(text, valueOf(text));
}

function valueOf(text: string): unknown {
  const json = jsonOf(text);
  if (json !== undefined) return json;
  const trimmed = text.trim();
  return FORM.test(trimmed) ? formOf(trimmed) : undefined;
}

/** Looked for in what is trimmed: no part of it may match what another does, or a long text takes very long. */
const FORM = /^[^\s={}[\]"<>&]+=[^\r\n]*$/;

/** The most fields that a form may have. */
const MOST_FIELDS = 1_000;

/** A number with more digits than a number here can have is taken as written: it is a telephone or an id. */
const LONG_NUMBER = /\d{16}/;

function jsonOf(text: string): unknown {
  try {
    return LONG_NUMBER.test(text) ? (JSON.parse(text, asWritten) as unknown) : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function asWritten(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value) ? source : value;
}

/** The fields of a form, such as Web-to-Lead posts, each with all its values; `undefined` where there are too many. */
function formOf(text: string): Record<string, string[]> | undefined {
  const pairs = text.split('&', MOST_FIELDS + 1);
  if (pairs.length > MOST_FIELDS) return undefined;
  const fields = Map.groupBy(pairs, (pair) => unescaped(pair.split('=', 1)[0] ?? ''));
  return Object.fromEntries(
    [...fields].map(([name, values]) => [
      name,
      values.map((pair) => unescaped(pair.slice(pair.indexOf('=') + 1))),
    ]),
  );
}

/** A name or value of a form: its escapes are bytes, of whichever encoding the form has. */
function unescaped(text: string): string {
  const bytes = Buffer.from(text.replaceAll('+', ' ')).toString('latin1');
  const whole = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return decodeText(Buffer.from(whole, 'latin1'), '');
}
