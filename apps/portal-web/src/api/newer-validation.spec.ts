import { describe, expect, test } from '@jest/globals';
import type { Check, Validation } from '@leads/contracts/portal-api';
import { newerOf } from './newer-validation.ts';

const startedAt = '2026-11-22T12:00:00.000Z';
const over = { finishedAt: '2026-11-22T12:00:09.000Z' };
const check = (name: string, status: Check['status']): Check => ({ check: name, status, startedAt });
const validation = (checks: Check[], more: Partial<Validation> = {}): Validation => ({
  validationId: 'v1',
  connectionId: 'c1',
  startedAt,
  checks,
  ...more,
});

describe('of two states of the newest Validate', () => {
  test('the one begun later counts', () => {
    const old = validation([], { ...over, passed: true });
    const young = validation([], { validationId: 'v2', startedAt: '2026-11-22T13:00:00.000Z' });
    expect(newerOf(old, young)).toBe(young);
    expect(newerOf(young, old)).toBe(young);
  });

  test('of one Validate the one that has come further counts', () => {
    const early = validation([check('url', 'running')]);
    const late = validation([check('url', 'passed')]);
    expect(newerOf(late, early)).toBe(late);
    expect(newerOf(early, late)).toBe(late);
    expect(newerOf(undefined, early)).toBe(early);
    expect(newerOf(null, undefined)).toBeNull();
  });
});
