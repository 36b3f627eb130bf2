import { describe, expect, test } from '@jest/globals';
import { visible } from '@leads/contracts';
import type { LeadSummary } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { csvBeginning, csvFileName, csvLines } from './lead-csv.ts';

const lead: LeadSummary = {
  leadId: '6f6a9a35-3c1c-4f3e-9c64-1d6f8b0b6a01',
  connectionId: '0b9f6f9e-52c4-4a2e-8f1b-7a1f3a1c2d02',
  publisher: { id: 'contoso', name: 'Contoso' },
  offerTitle: 'Contoso Analytics',
  name: 'Ana Trujillo',
  company: 'Adatum, Inc.',
  email: 'ana@adatum.example',
  country: 'MX',
  actionCode: 'INS',
  state: 'dead',
  acceptedAt: '2026-11-22T20:15:31.250Z',
  isTest: false,
  attempts: 3,
  reason: { cause: 'refused', what: 'A "required" field is missing.', remedy: 'Relax it.\nThen replay.' },
};

/** Reads CSV as RFC 4180 has it: what the file says, by other means than those that wrote it. */
function readCsv(text: string): string[][] {
  const records: string[][] = [[]];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[(at += 1)] ?? '';
      else isQuoted = false;
    } else if (character === '"') {
      isQuoted = true;
    } else if (character === ',' || text.startsWith('\r\n', at)) {
      records.at(-1)?.push(field);
      field = '';
      if (character === '\r') {
        at += 1;
        records.push([]);
      }
    } else {
      field += character;
    }
  }
  // Each record is ended, the last one too.
  expect(records.pop()).toEqual([]);
  return records;
}

test('the file begins with the mark of UTF-8 and with a header a column', () => {
  const [headers] = readCsv(csvBeginning().slice(1));
  expect(csvBeginning().charCodeAt(0)).toBe(0xfeff);
  expect(headers?.slice(0, 5)).toEqual(['Received (UTC)', 'State', 'Name', 'Company', 'E-mail']);
  expect(readCsv(csvLines([lead]))[0]).toHaveLength(headers?.length ?? 0);
});

test('a lead is one line, as people and spreadsheets read it', () => {
  const line = csvLines([lead]);
  expect(line).toContain('"Adatum, Inc."');
  expect(line).toContain('"A ""required"" field is missing."');
  expect(line.endsWith('\r\n')).toBe(true);
  expect(readCsv(line)).toEqual([
    [
      '2026-11-22 20:15:31',
      'Dead',
      'Ana Trujillo',
      'Adatum, Inc.',
      'ana@adatum.example',
      'Mexico',
      'Contoso Analytics',
      'Contoso',
      'INS',
      'Acquired the offer or began a free trial (Get it now)',
      'no',
      '3',
      '',
      'A "required" field is missing.',
      'Relax it.\nThen replay.',
      '',
      lead.leadId,
    ],
  ]);
});

test('the file is named by the day', () => {
  expect(csvFileName(new Date('2026-11-22T23:59:59.999Z'))).toBe('leads-2026-11-22.csv');
});

describe('whatever customers typed', () => {
  const typed = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'=+-@;,"\'\r\n\t a1é') }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'a=\u202e\u2066\u2069\u200f') }),
  );

  test('each lead stays one record of as many fields, none begins a formula or reorders what is beside it', () => {
    const leads = fc.array(
      fc.record({ name: typed, company: typed, email: typed, country: typed, offerTitle: typed }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(leads, (values) => {
        const records = readCsv(csvLines(values.map((value) => ({ ...lead, ...value }))));
        expect(records).toHaveLength(values.length);
        records.forEach((record, index) => {
          expect(record).toHaveLength(17);
          const name = visible(values[index]?.name ?? '');
          expect(record[2]?.replaceAll("'", '')).toBe(name.replaceAll("'", ''));
          expect(record.join('')).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
          for (const field of record) expect(field).not.toMatch(/^[\s\p{C}]*[=+\-@＝＋－＠]/u);
        });
      }),
    );
  });
});
