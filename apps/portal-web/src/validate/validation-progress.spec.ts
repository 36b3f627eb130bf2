import { describe, expect, test } from '@jest/globals';
import type { Check, Validation } from '@leads/contracts/portal-api';
import { headline, newsOf, progressOf } from './validation-progress.ts';

const startedAt = '2026-11-22T12:00:00.000Z';
const check = (name: string, status: Check['status']): Check => ({ check: name, status, startedAt });
const validation = (checks: Check[], more: Partial<Validation> = {}): Validation => ({
  validationId: 'v1',
  connectionId: 'c1',
  startedAt,
  checks,
  ...more,
});
const over = { finishedAt: '2026-11-22T12:00:09.000Z' };

describe('how a Validate stands', () => {
  test('is running until it is told to be over, whatever has failed so far', () => {
    expect(progressOf(validation([check('url', 'failed')]))).toBe('running');
  });

  test('warnings do not make it fail, and are not passed over', () => {
    const ended = validation([check('url', 'passed'), check('solution', 'warning')], {
      ...over,
      passed: true,
    });
    expect([progressOf(ended), headline(ended)]).toEqual([
      'passed-with-warnings',
      'Validated, with 1 warning',
    ]);
  });

  test('one that broke off without a failed check does not claim that none failed', () => {
    const ended = validation([check('url', 'passed')], { ...over, passed: false });
    expect(headline(ended)).toBe('The Validate broke off before it was complete');
  });
});

describe('what a screen reader is told', () => {
  test('each check once, when it has ended, and the result', () => {
    const first = validation([check('url', 'passed'), check('host', 'running')]);
    const second = validation([check('url', 'passed'), check('host', 'failed')]);
    const third = { ...second, ...over, passed: false };
    expect(newsOf(undefined, first)).toBe('URL passed.');
    expect(newsOf(first, first)).toBe('');
    expect(newsOf(first, second)).toBe('Host failed.');
    expect(newsOf(second, third)).toBe('1 check failed.');
    expect(newsOf(third, third)).toBe('');
  });

  test('everything of another Validate is new', () => {
    const first = validation([check('url', 'passed')], { ...over, passed: true });
    const second = validation([check('url', 'passed')], { validationId: 'v2' });
    expect(newsOf(first, second)).toBe('URL passed.');
  });
});
