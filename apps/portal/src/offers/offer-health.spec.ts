import { describe, expect, test } from '@jest/globals';
import { type HealthFacts, healthOf } from './offer-health.ts';

const now = new Date('2026-11-22T20:00:00.000Z');
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const reason = {
  cause: 'secret-expired',
  what: 'The client secret has expired.',
  remedy: 'Enter a new one.',
};

const facts: HealthFacts = {
  state: 'published',
  changedAt: minutesAgo(60),
  lane: { at: now.toISOString(), breaker: { state: 'closed' } },
  validation: null,
  warning: null,
};
const broken: HealthFacts = {
  ...facts,
  lane: {
    at: now.toISOString(),
    breaker: { state: 'open', since: minutesAgo(5).toISOString(), reason },
    throttledUntil: minutesAgo(-5).toISOString(),
  },
};
const warning = {
  at: minutesAgo(30),
  kind: 'secret-expiring',
  what: 'It expires soon.',
  remedy: 'Replace it.',
};
const failed = {
  at: minutesAgo(30),
  passed: false,
  checks: [
    {
      check: 'role',
      status: 'failed' as const,
      startedAt: minutesAgo(30).toISOString(),
      cause: 'The role is missing.',
      remedy: 'Assign it.',
    },
  ],
};

describe('an offer', () => {
  test('is healthy where nothing is known against it', () => {
    expect(healthOf(facts, now)).toEqual({ health: 'healthy' });
    expect(healthOf({ ...facts, lane: null }, now)).toEqual({ health: 'healthy' });
  });

  test('is failing while its lane is broken, with the reason since then, whatever else is amiss', () => {
    expect(healthOf({ ...broken, warning, validation: failed }, now)).toEqual({
      health: 'failing',
      problem: { ...reason, since: minutesAgo(5).toISOString() },
    });
  });

  test('is throttled only until the organisation may be asked again', () => {
    const until = (minutes: number): HealthFacts => ({
      ...facts,
      lane: {
        at: now.toISOString(),
        breaker: { state: 'closed' },
        throttledUntil: minutesAgo(minutes).toISOString(),
      },
    });
    expect(healthOf(until(-5), now)).toEqual({ health: 'throttled' });
    expect(healthOf(until(5), now)).toEqual({ health: 'healthy' });
  });

  test('tells of a warning until the connection is changed or a Validate passes', () => {
    expect(healthOf({ ...facts, warning }, now)).toMatchObject({
      health: 'warning',
      problem: { cause: 'secret-expiring', remedy: 'Replace it.' },
    });
    expect(healthOf({ ...facts, warning, changedAt: minutesAgo(1) }, now).health).toBe('healthy');
    const passed = { at: minutesAgo(1), passed: true, checks: [] };
    expect(healthOf({ ...facts, warning, validation: passed }, now).health).toBe('healthy');
  });

  test('tells of the check at which its last Validate failed, until it is changed', () => {
    expect(healthOf({ ...facts, validation: failed }, now)).toMatchObject({
      health: 'warning',
      problem: { cause: 'role', what: 'The role is missing.', remedy: 'Assign it.' },
    });
    expect(healthOf({ ...facts, validation: failed, changedAt: now }, now).health).toBe('healthy');
  });

  test('that is a draft or paused is that, and nothing is the matter with it', () => {
    expect(healthOf({ ...broken, state: 'draft' }, now)).toEqual({ health: 'draft' });
    expect(healthOf({ ...broken, state: 'paused' }, now)).toEqual({ health: 'paused' });
  });
});
