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
  incident: null,
};
const broken: HealthFacts = {
  ...facts,
  lane: {
    at: now.toISOString(),
    breaker: { state: 'open', since: minutesAgo(5).toISOString(), reason },
    throttledUntil: minutesAgo(-5).toISOString(),
  },
};
const problem = { ...reason, since: minutesAgo(30).toISOString(), incidentId: 'an incident' };
const grave = { problem, isGrave: true };
const slight = { problem, isGrave: false };
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
    expect(healthOf({ ...broken, incident: slight, validation: failed }, now)).toEqual({
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

  test('is failing while an incident keeps its leads from Dynamics, and says which, whatever its lane says', () => {
    expect(healthOf({ ...facts, incident: grave }, now)).toEqual({ health: 'failing', problem });
    expect(healthOf({ ...broken, incident: grave }, now)).toEqual({ health: 'failing', problem });
  });

  test('needs attention while any other incident is not resolved', () => {
    expect(healthOf({ ...facts, incident: slight }, now)).toEqual({ health: 'warning', problem });
  });

  test('tells of the check at which its last Validate failed, until it is changed', () => {
    expect(healthOf({ ...facts, validation: failed }, now)).toMatchObject({
      health: 'warning',
      problem: { cause: 'role', what: 'The role is missing.', remedy: 'Assign it.' },
    });
    expect(healthOf({ ...facts, validation: failed, changedAt: now }, now).health).toBe('healthy');
  });

  test('that is a draft or paused is that, and nothing is the matter with it', () => {
    expect(healthOf({ ...broken, incident: grave, state: 'draft' }, now)).toEqual({ health: 'draft' });
    expect(healthOf({ ...broken, state: 'paused' }, now)).toEqual({ health: 'paused' });
  });
});
