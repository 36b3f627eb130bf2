import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Alert, ValidationStep } from './connection-events.ts';
import { Incident } from './incidents.ts';
import { LeadMailed, Reason } from './lead-events.ts';
import { cleanLine, cleanLines } from './plain-text.ts';

/** Whatever a text can be made of, halves of characters and what does harm more often than not. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\0',
      '\ud83d',
      '\ude42',
      '\u{1f642}',
      '\u202e',
      '\u2066',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\x1b',
    ),
    fc.constantFrom('\r', '\n', '\t', ' ', 'a'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 60,
});
const HARMFUL = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe('the words of another system', () => {
  test('hold nothing that a database, a log or a reader could stumble over, and are as long as is wanted', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, longest) => {
        for (const clean of [cleanLine, cleanLines]) {
          const read = clean(text, longest);
          expect(read.isWellFormed()).toBe(true);
          expect(read).not.toMatch(HARMFUL);
          expect(read.length).toBeLessThanOrEqual(longest);
          expect(clean(read, longest)).toBe(read);
        }
        expect(cleanLine(text, longest)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that do no harm stay as they are', () => {
    const said = 'AADSTS7000222: \u201eTajný klíč\u201c – 李 👩‍👩‍👧 expired.';
    expect(cleanLine(said)).toBe(said);
    expect(cleanLines(`${said}\r\nTrace ID: 1`)).toBe(`${said}\nTrace ID: 1`);
  });

  test('are cut between characters, and only so much of them is looked at', () => {
    expect(cleanLine('ab\u{1f642}', 3)).toBe('ab');
    expect(cleanLine('ab\u{1f642}', 4)).toBe('ab\u{1f642}');
    expect(cleanLine('x'.repeat(10_000_000))).toHaveLength(8_000);
  });
});

describe('events', () => {
  const BAD = 'a\0\ud83d\u202eb';
  const GOOD = 'a \ufffdb';
  const id = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';
  const at = '2026-11-22T09:30:00Z';
  const words = { cause: BAD, what: BAD, remedy: BAD };
  const place = { scope: 'organization', id: BAD };

  test.each([
    ['a reason', Reason, words],
    [
      'an alert',
      Alert,
      {
        alertId: id,
        connectionId: id,
        at,
        kind: 'connection-failing',
        ...words,
        trouble: BAD,
        place,
        dedupKey: BAD,
      },
    ],
    [
      'a step',
      ValidationStep,
      {
        validationId: id,
        connectionId: id,
        at,
        check: BAD,
        status: 'failed',
        tookMs: 1,
        cause: BAD,
        remedy: BAD,
      },
    ],
    [
      'an incident',
      Incident,
      {
        ...{
          incidentId: id,
          version: 1,
          transition: 'opened',
          by: BAD,
          at,
          kind: BAD,
          ...words,
          place,
          state: 'open',
        },
        ...{
          since: at,
          resolvedBy: BAD,
          acknowledgedBy: BAD,
          connectionIds: [],
          publisherIds: [],
          waiting: 0,
          dead: 0,
        },
      },
    ],
    [
      'a mail',
      LeadMailed,
      {
        ...{ leadId: id, connectionId: id, at, isTest: false },
        recipients: [{ address: 'a@b.example', result: 'refused', reason: BAD }],
      },
    ],
  ])('%s is read without what is hostile in its words', (_name, schema, event) => {
    expect(JSON.stringify(schema.parse(event))).toBe(JSON.stringify(schema.parse(event)).toWellFormed());
    expect(schema.parse(event)).toEqual(
      JSON.parse(JSON.stringify(event).replaceAll(JSON.stringify(BAD), JSON.stringify(GOOD))),
    );
  });
});
