import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { MAX_LEAD_BYTES, type MarketplaceLead } from '@leads/contracts';
import fc from 'fast-check';
import type { BodyClaims } from './decode-body.ts';
import { readPost } from './read-post.ts';

const JOSE = {
  userDetails: { firstName: 'José', lastName: 'Núñez', email: 'jose@northwind.example', phone: '+34 1' },
  leadSource: 'AppSource (SPZA)-PLT | contoso.contoso-crm-addon',
  description: '– 5 €',
};
const json = JSON.stringify(JOSE);
const form = new URLSearchParams({ ...JOSE.userDetails, lead_source: JOSE.leadSource, description: '– 5 €' });

function leadOf(body: Buffer | string, claims: BodyClaims = {}): MarketplaceLead | undefined {
  const read = readPost(Buffer.from(body), claims);
  return read.kind === 'leads' ? read.leads[0]?.lead : undefined;
}

/** Rows of a table, each with what is claimed of its body: nothing unless told. */
const cases = (
  rows: [what: string, body: Buffer | string, claims?: BodyClaims][],
): [string, Buffer | string, BodyClaims][] => rows.map(([what, body, claims = {}]) => [what, body, claims]);

const jose = leadOf(json);
const bigEndian = Buffer.from(`\ufeff${json}`, 'utf16le').swap16();
const latin = Buffer.from(json.replace('– 5 €', ''), 'latin1');
const gzip = { contentType: 'application/json', contentEncoding: 'gzip' };

test('a form whose customer is JSON text is read as the customer that the text says', () => {
  const userDetails = JSON.stringify({ firstName: 'Ana', lastName: 'Trujillo', email: 'ana@adatum.example' });
  const { customer } = leadOf(new URLSearchParams({ userDetails, leadSource: 'SPZA-PLT' }).toString()) ?? {};
  expect(customer).toMatchObject({ firstName: 'Ana', lastName: 'Trujillo', email: 'ana@adatum.example' });
});

describe('a lead is read from', () => {
  test('the wire', () => {
    expect(jose).toMatchObject({ customer: JOSE.userDetails, description: '– 5 €' });
  });

  test.each(
    cases([
      ['JSON that is called text', json, { contentType: 'text/plain' }],
      ['JSON that is called a form', json, { contentType: 'application/x-www-form-urlencoded' }],
      ['JSON of an encoding that is none', json, { contentType: 'application/json; charset=nonsense' }],
      [
        'JSON in UTF-8 that claims to be Latin',
        json,
        { contentType: 'application/json; charset=iso-8859-1' },
      ],
      [
        'JSON in UTF-8 that claims to be UTF-16',
        Buffer.byteLength(json) % 2 === 0 ? json : `${json} `,
        { contentType: 'application/json; charset=utf-16' },
      ],
      ['JSON with blanks and a byte order mark', `\ufeff\r\n ${json}\n`],
      ['JSON that is a text', JSON.stringify(json)],
      ['UTF-16 with a mark', Buffer.from(`\ufeff${json}`, 'utf16le')],
      ['UTF-16 without one', Buffer.from(json, 'utf16le')],
      ['UTF-16 the other way round', bigEndian],
      ['UTF-16 the other way round without a mark', bigEndian.subarray(2)],
      ['gzip', gzipSync(json), gzip],
      ['gzip of UTF-16', gzipSync(Buffer.from(json, 'utf16le')), gzip],
      ['gzip that is not told', gzipSync(json)],
      ['gzip that is none', json, gzip],
      ['gzip twice', gzipSync(gzipSync(json)), { contentEncoding: 'gzip, GZIP' }],
      ['deflate', deflateSync(json), { contentEncoding: 'deflate' }],
      ['deflate without its header', deflateRawSync(json), { contentEncoding: 'Deflate' }],
      ['deflate that is none', json, { contentEncoding: 'deflate' }],
      ['no encoding by name', json, { contentEncoding: 'identity' }],
      ['an unknown encoding that is none', json, { contentEncoding: 'aws-chunked' }],
      ['a form', form.toString(), { contentType: 'application/x-www-form-urlencoded' }],
      ['a form that is called JSON', form.toString(), { contentType: 'application/json' }],
      ['a form with JSON in a field', `payload=${encodeURIComponent(json)}`],
    ]),
  )('%s', (_, body, claims) => {
    expect(leadOf(body, claims)).toEqual(jose);
  });

  test.each(
    cases([
      ['Latin-1', latin],
      ['Latin-1 that is told', latin, { contentType: 'text/plain; charset="ISO-8859-1"' }],
      ['Latin-1 that claims to be UTF-8', latin, { contentType: 'application/json; charset=utf-8' }],
      [
        'a form in Latin-1',
        'first_name=Jos%E9&last_name=N%FA%F1ez&email=jose%40northwind.example&phone=%2B34+1',
      ],
    ]),
  )('%s', (_, body, claims) => {
    expect(leadOf(body, claims)?.customer).toEqual(jose?.customer);
  });

  test('another encoding that is told', () => {
    const body = Buffer.concat([
      Buffer.from('{"lastName":"'),
      Buffer.from([0x93, 0x63, 0x92, 0x86]),
      Buffer.from('"}'),
    ]);
    expect(leadOf(body, { contentType: 'application/json; charset=shift_jis' })?.customer.lastName).toBe(
      '田中',
    );
  });

  test('a number of any length as it is written', () => {
    expect(leadOf('{"userDetails":{"phone":12345678901234567890}}')?.customer.phone).toBe(
      '12345678901234567890',
    );
  });
});

test.each<[string, Buffer | string, BodyClaims | undefined, string]>([
  ['nothing', '', undefined, 'empty'],
  ['half of JSON', '{ "userDetails": ', undefined, 'not-readable'],
  ['JSON with a comma missing', json.replace('},', '}'), undefined, 'not-readable'],
  ['a sentence', 'Hello, is there anybody?', undefined, 'not-readable'],
  ['a page', '<html a=b><p>x=y</p></html>', undefined, 'not-readable'],
  ['gzip that was cut short', gzipSync(json).subarray(0, 40), gzip, 'not-readable'],
  ['an encoding that nobody knows', gzipSync(json), { contentEncoding: 'zstd' }, 'not-readable'],
  ['blanks', ' \n', undefined, 'not-readable'],
  ['null', 'null', undefined, 'no-lead'],
  ['JSON of something else', '{"orders":[1]}', undefined, 'no-lead'],
  ['a form of very many fields', `a=${'&'.repeat(65_000)}`, undefined, 'not-readable'],
  ['a form with very many blanks and more', `a=${' '.repeat(60_000)}\n\n x`, undefined, 'not-readable'],
  ['a form of something else', 'a=b&c=d', undefined, 'no-lead'],
  ['endless nesting', '['.repeat(30_000) + ']'.repeat(30_000), undefined, 'too-intricate'],
  ['gzip of very much', gzipSync(Buffer.alloc(MAX_LEAD_BYTES + 1, ' ')), gzip, 'too-large'],
  ['gzip of far too much', gzipSync(Buffer.alloc(50_000_000)), gzip, 'too-large'],
  [
    'deflate of very much',
    deflateSync(Buffer.alloc(MAX_LEAD_BYTES + 1, ' ')),
    { contentEncoding: 'deflate' },
    'too-large',
  ],
])('%s is no lead', (_, body, claims, kind) => {
  expect(readPost(Buffer.from(body), claims ?? {}).kind).toBe(kind);
});

test('any bytes under any claims are read or not, and nothing is thrown', () => {
  const encodings = fc.constantFrom(undefined, 'gzip', 'deflate', 'gzip, deflate', 'identity', ',', 'x');
  const types = fc.constantFrom(undefined, 'application/json', 'text/plain; charset=utf-16', 'a; charset=');
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.tuple(fc.nat(json.length), fc.nat(255)).map(([at, byte]) => {
      const body = Buffer.from(json);
      body[at] = byte;
      return body;
    }),
  );
  fc.assert(
    fc.property(bodies, types, encodings, (body, contentType, contentEncoding) => {
      expect(readPost(Buffer.from(body), { contentType, contentEncoding })).toHaveProperty('kind');
    }),
  );
});
