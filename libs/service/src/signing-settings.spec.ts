import { describe, expect, test } from '@jest/globals';
import { makeKeyPair, testSigning } from '@leads/testing';
import { recordSigning, signingSettings } from './signing-settings.ts';
import { readSettings } from './settings.ts';

const NOW = Date.parse('2027-01-15T12:00:00Z');
const DAY = 24 * 60 * 60_000;
const { key, known } = testSigning('portal');
const settings = { SERVICE_SIGNING_KEY_FILE: key, SERVICE_KEYS_FILE: known };

describe('the keys of a service', () => {
  test('sign and check its records', () => {
    expect(recordSigning(settings, 'portal', NOW)).toEqual({ signing: { key, known } });
  });

  test('that are missing keep it from starting, with a sentence each', () => {
    let said = '';
    expect(() =>
      readSettings({ NODE_ENV: 'production' }, signingSettings, (message) => {
        said = message;
        throw new Error('ended');
      }),
    ).toThrow('ended');
    expect(said).toContain('SERVICE_SIGNING_KEY_FILE is not set. SERVICE_KEYS_FILE is not set.');
  });

  test('are none of another service', () => {
    expect(() => recordSigning(settings, 'credentials', NOW)).toThrow(
      'SERVICE_SIGNING_KEY_FILE is not the key of credentials',
    );
  });

  test('are known to the others: a new one whose public half nobody has is refused before anything is signed', () => {
    const next = makeKeyPair('portal.2027');
    const changed = { ...settings, SERVICE_SIGNING_KEY_FILE: next.key };
    expect(() => recordSigning(changed, 'portal', NOW)).toThrow('is not in SERVICE_KEYS_FILE');
    const both = [...known, next.known];
    expect(recordSigning({ ...changed, SERVICE_KEYS_FILE: both }, 'portal', NOW)).toEqual({
      signing: { key: next.key, known: both },
    });
    // Of the same name, but another key.
    const forged = { ...settings, SERVICE_SIGNING_KEY_FILE: makeKeyPair('portal').key };
    expect(() => recordSigning(forged, 'portal', NOW)).toThrow('is not in SERVICE_KEYS_FILE');
  });

  test('are not asked of a command, which publishes and takes nothing', () => {
    expect(recordSigning({}, 'portal', NOW)).toEqual({});
  });
});

describe('records without a signature', () => {
  const until = (ms: number) =>
    recordSigning({ ...settings, UNSIGNED_RECORDS_ALLOWED_UNTIL: ms }, 'portal', NOW);

  test('are let in for a month at most', () => {
    expect(until(NOW + 31 * DAY).signing?.unsignedUntil).toBe(NOW + 31 * DAY);
    expect(() => until(NOW + 31 * DAY + 1)).toThrow('more than 31 days ahead');
  });

  test('are no longer where that time has passed, which stops no service', () => {
    expect(until(NOW - DAY).signing?.unsignedUntil).toBe(NOW - DAY);
  });

  test('are let in until a moment in UTC or with an offset, and until nothing else', () => {
    const { UNSIGNED_RECORDS_ALLOWED_UNTIL: schema } = signingSettings;
    expect(schema.parse('2027-02-01T12:00:00Z')).toBe(Date.parse('2027-02-01T12:00:00Z'));
    expect(schema.parse('2027-02-01T12:00:00+02:00')).toBe(Date.parse('2027-02-01T10:00:00Z'));
    for (const wrong of ['2027-02-01', 'tomorrow', '2027-02-01T12:00:00'])
      expect(schema.safeParse(wrong).success).toBe(false);
  });
});
