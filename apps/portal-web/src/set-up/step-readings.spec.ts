import { describe, expect, test } from '@jest/globals';
import type { Check, Validation } from '@leads/contracts/portal-api';
import { CHECK_NAMES, type GuideStep } from '@leads/contracts/validation';
import fc from 'fast-check';
import { stepsFor } from './set-up-steps.ts';
import { blockerOf, nextOf, readSteps, type StepReading, stepOf } from './step-readings.ts';

const steps = stepsFor({
  authentication: 'azure-active-directory',
  url: 'https://contoso.crm4.dynamics.com',
  secretKind: 'client-secret',
});
const needed = Object.fromEntries(
  steps.flatMap(({ needs }) => needs).map((check) => [check, 'passed' as const]),
);

function validationOf(statuses: Record<string, Check['status']>, isFinished = true): Validation {
  const at = '2026-11-22T12:00:00.000Z';
  return {
    validationId: 'v1',
    connectionId: 'c1',
    startedAt: at,
    ...(isFinished ? { finishedAt: at, passed: true } : {}),
    checks: Object.entries(statuses).map(([check, status]) => ({ check, status, startedAt: at })),
  };
}

function readingOf(name: GuideStep, validation: Validation | null, isPublished = true): StepReading {
  const found = readSteps(steps, validation, isPublished).find(({ step }) => step.name === name);
  if (!found) throw new Error(`There is no step ${name}.`);
  return found;
}

describe('a step', () => {
  test('is done when the checks that it needs have passed, whatever else warns', () => {
    const validation = validationOf({
      application: 'passed',
      'client-secret': 'passed',
      'secret-expiry': 'warning',
    });
    expect(readingOf('register', validation).state).toBe('done');
  });

  test('is not done while a check that it needs was left out, though others passed', () => {
    const validation = validationOf({ url: 'passed', host: 'passed', application: 'failed' });
    expect([readingOf('enter', validation).state, readingOf('register', validation).state]).toEqual([
      'open',
      'failed',
    ]);
  });

  test('with a warning of a check that it needs is neither done nor failed: the solution is not imported', () => {
    expect(readingOf('solution', validationOf({ version: 'passed', solution: 'warning' })).state).toBe(
      'warned',
    );
  });

  test('needs every one of its privileges', () => {
    const others = Object.fromEntries(
      Object.entries(needed).filter(([check]) => check !== 'privilege-prvWriteAsyncOperation'),
    );
    expect(readingOf('privileges', validationOf(needed)).state).toBe('done');
    expect(readingOf('privileges', validationOf(others)).state).toBe('open');
  });

  test('is open while nothing is known of it', () => {
    expect(readingOf('role', null).state).toBe('open');
    expect(readingOf('role', validationOf({ url: 'failed' })).state).toBe('open');
  });

  test('is settled as soon as its own checks are, though the Validate goes on', () => {
    const running = { role: 'passed', 'privilege-prvCreateLead': 'passed', user: 'running' } as const;
    expect(readingOf('role', validationOf(running, false)).state).toBe('done');
    expect(readingOf('user', validationOf(running, false)).state).toBe('checking');
    expect(readingOf('solution', validationOf(running, false)).state).toBe('checking');
    expect(readingOf('role', validationOf({ role: 'failed' }, false)).state).toBe('failed');
  });

  test('shows its own checks only', () => {
    const { checks } = readingOf('role', validationOf({ url: 'passed', role: 'failed' }));
    expect(checks.map(({ check }) => check)).toEqual(['role']);
  });
});

describe('the last step', () => {
  test('is done when the whole Validate is over and leads are taken in', () => {
    expect(readingOf('publish', validationOf(needed)).state).toBe('done');
    expect(readingOf('publish', validationOf(needed), false).state).toBe('open');
    expect(readingOf('publish', validationOf(needed, false)).state).toBe('checking');
  });

  test('has failed where the writer could not look, which no other step tells', () => {
    expect(readingOf('publish', validationOf({ 'dynamics-writer': 'failed' })).state).toBe('failed');
  });
});

describe('what to do next', () => {
  const nextName = (validation: Validation | null): GuideStep | undefined =>
    nextOf(readSteps(steps, validation, true))?.step.name;

  test('is the first step that is not done, and the last when all are', () => {
    expect(nextName(null)).toBe('register');
    expect(nextName(validationOf({ ...needed, role: 'failed' }))).toBe('role');
    expect(nextName(validationOf(needed))).toBe('publish');
  });

  test('for a step that was not reached, is the one that failed', () => {
    const readings = readSteps(steps, validationOf({ 'client-secret': 'failed' }), true);
    const blockers = readings.map((reading) => blockerOf(reading, readings)?.number);
    expect(blockers).toEqual([undefined, 1, 1, 1, 1, 1, 1]);
  });
});

test('every check that is told, known or not, is shown with exactly one step', () => {
  const name = fc.oneof(fc.constantFrom(...CHECK_NAMES), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const given = validationOf(Object.fromEntries(names.map((one) => [one, 'passed'])));
      const shown = readSteps(steps, given, true).flatMap(({ checks }) => checks);
      expect(new Set(shown)).toEqual(new Set(given.checks));
      expect(shown.length).toBe(given.checks.length);
    }),
  );
  expect(stepOf('a-check-of-tomorrow', steps)?.name).toBe('publish');
});
