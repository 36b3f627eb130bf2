import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BatchPart, readBatch, writeBatch } from './batch-body.ts';

const CONTENT_TYPE = 'multipart/mixed; boundary=batchresponse_1';

/** An answer as Dataverse writes it. */
function answer(parts: BatchPart[]): string {
  const sections = parts.map(({ status, headers, body }) =>
    [
      '--batchresponse_1',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      `HTTP/1.1 ${status} Something`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
  return `${sections.join('\r\n')}\r\n--batchresponse_1--\r\n`;
}

const anyPart = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  headers: fc.constantFrom<Record<string, string>>({}, { 'odata-version': '4.0', req_id: 'x:y' }),
  body: fc.oneof(
    fc.constant(''),
    fc
      .string({ unit: 'grapheme' })
      .map((message) => JSON.stringify({ error: { code: '0x80044331', message } })),
  ),
});

describe('the answers of a batch', () => {
  test('come back as they were sent, in order', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 20 }), (parts) => {
        expect(readBatch(CONTENT_TYPE, answer(parts))).toEqual(parts);
      }),
    );
  });

  test('that are cut off anywhere are those that came whole', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 6 }), fc.nat(), (parts, cut) => {
        const whole = answer(parts);
        const read = readBatch(CONTENT_TYPE, whole.slice(0, cut % whole.length));
        expect(read).toEqual(parts.slice(0, read.length));
      }),
    );
  });

  test('are none where the body is something else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (contentType, body) => {
        expect(Array.isArray(readBatch(contentType, body))).toBe(true);
      }),
    );
    expect(readBatch('text/html', '<html></html>')).toEqual([]);
  });
});

test('a batch holds each row as a request of its own, with the line ends that the format demands', () => {
  const body = writeBatch('b1', '/api/data/v9.2/leads', [{ leadid: '1' }, { leadid: '2' }]);
  expect(body).toBe(
    [
      '--b1',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      'POST /api/data/v9.2/leads HTTP/1.1',
      'Content-Type: application/json; type=entry',
      '',
      '{"leadid":"1"}',
      '--b1',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      'POST /api/data/v9.2/leads HTTP/1.1',
      'Content-Type: application/json; type=entry',
      '',
      '{"leadid":"2"}',
      '--b1--',
      '',
    ].join('\r\n'),
  );
});
