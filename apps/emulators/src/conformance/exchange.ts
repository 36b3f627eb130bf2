/** One exchange with Dataverse or Entra, reduced to what should be the same wherever it happens. Pure. */

export interface Exchange {
  readonly step: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Dataverse's error code or the AADSTS number; '' where there is none. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names and types of the answer's values, without the values. */
  readonly shape: string;
}

export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const COMPARED = ['odata-version', 'odata-entityid', 'location', 'preference-applied', 'www-authenticate'];
const PRESENT = [
  'etag',
  'retry-after',
  'x-ms-dop-hint',
  'x-ms-ratelimit-burst-remaining-xrm-requests',
  'set-cookie',
];

/** `hosts`: the host names of this side, put as `<org>` and `<login>` so that sides can be compared. */
export function observe(step: string, wire: Wire, hosts: Readonly<Record<string, string>>): Exchange {
  const neutral = (text: string): string => {
    let result = text;
    for (const [host, name] of Object.entries(hosts)) result = result.replaceAll(host, name);
    return result
      .replace(GUID, '<guid>')
      .replace(/MSFT_TEST_\d+/g, '<marker>')
      .replace(/\d{6,}/g, '<n>');
  };
  const headers: Record<string, string> = {};
  const type = textOf(wire.headers['content-type']).split(';')[0];
  if (type) headers['content-type'] = type;
  for (const name of COMPARED)
    if (wire.headers[name] !== undefined) headers[name] = neutral(textOf(wire.headers[name]));
  for (const name of PRESENT) if (wire.headers[name] !== undefined) headers[name] = 'present';
  const { code, shape } = readBody(wire.body, type ?? '');
  return {
    step,
    method: wire.method,
    path: neutral(decode(wire.path)),
    status: wire.status,
    code,
    headers,
    shape,
  };
}

function readBody(body: string, type: string): { code: string; shape: string } {
  if (body === '') return { code: '', shape: 'empty' };
  if (type === 'multipart/mixed') {
    const statuses = [...body.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => match[1]);
    return { code: codesIn(body), shape: `parts ${statuses.join(' ')}` };
  }
  try {
    const value: unknown = JSON.parse(body);
    const failed = value as { error?: { code?: unknown } | string; error_codes?: unknown[] };
    const code = typeof failed.error === 'object' ? failed.error.code : failed.error_codes?.[0];
    return {
      code: typeof code === 'string' || typeof code === 'number' ? `${code}` : '',
      shape: shapeOf(value),
    };
  } catch {
    return { code: '', shape: 'text' };
  }
}

const codesIn = (body: string): string =>
  [...body.matchAll(/"code":"([^"]*)"/g)].map((match) => match[1]).join(' ');

/** `{error:{code:string,message:string}}`; a list is its first element's shape. */
export function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${shapeOf(value[0])}]`;
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${name}:${shapeOf(inner)}`).join(',')}}`;
}

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

interface Difference {
  readonly step: string;
  readonly field: string;
  readonly emulator: string;
  readonly live: string;
}

/** What differs, field by field, in the exchanges of one step. */
export function differences(emulator: readonly Exchange[], live: readonly Exchange[]): Difference[] {
  const step = emulator[0]?.step ?? live[0]?.step ?? '';
  if (emulator.length !== live.length)
    return [{ step, field: 'exchanges', emulator: String(emulator.length), live: String(live.length) }];
  return emulator.flatMap((one, index) => {
    const other = live[index] as Exchange;
    const found: Difference[] = [];
    const compare = (field: string, mine: string, theirs: string): void => {
      if (mine !== theirs) found.push({ step, field, emulator: mine || '(none)', live: theirs || '(none)' });
    };
    compare('status', String(one.status), String(other.status));
    compare('code', one.code.toLowerCase(), other.code.toLowerCase());
    for (const name of new Set([...Object.keys(one.headers), ...Object.keys(other.headers)]))
      compare(`header ${name}`, one.headers[name] ?? '', other.headers[name] ?? '');
    compare('shape', one.shape, other.shape);
    return found;
  });
}
