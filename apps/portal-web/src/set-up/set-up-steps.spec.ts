import { describe, expect, test } from '@jest/globals';
import type { Check, Validation } from '@leads/contracts/portal-api';
import { KNOWN_CHECKS } from '../validate/check-words.ts';
import { checksOf, stateOf, stepsFor } from './set-up-steps.ts';

const url = 'https://contoso.crm4.dynamics.com';
const byApplication = stepsFor({ authentication: 'azure-active-directory', url, applicationId: 'an-id' });
const byUser = stepsFor({ authentication: 'office-365', url, userName: 'leads@contoso.example' });

function validationOf(statuses: Record<string, Check['status']>, isFinished = true): Validation {
  const at = '2026-11-22T12:00:00.000Z';
  return {
    validationId: '7b9f5b1e-1d2c-4b3a-9c8d-000000000001',
    connectionId: '7b9f5b1e-1d2c-4b3a-9c8d-000000000002',
    startedAt: at,
    ...(isFinished ? { finishedAt: at, passed: true } : {}),
    checks: Object.entries(statuses).map(([check, status]) => ({ check, status, startedAt: at })),
  };
}

describe('the steps of the guided set-up', () => {
  test('have a place for every check that there is', () => {
    const covered = [...byApplication, ...byUser].flatMap(({ checks }) => checks);
    expect(KNOWN_CHECKS.filter((check) => !covered.includes(check))).toEqual([]);
  });

  test.each([
    ['an application', byApplication],
    ['a user', byUser],
  ])('with %s, no check belongs to two steps', (_, steps) => {
    const checks = steps.flatMap((step) => step.checks);
    expect(new Set(checks).size).toBe(checks.length);
  });

  test('bring the values that have to be entered elsewhere', () => {
    expect(byApplication.flatMap(({ values }) => values.map(({ value }) => value))).toEqual(
      expect.arrayContaining(['an-id', 'Microsoft Marketplace Lead Writer']),
    );
    expect(byUser.flatMap(({ values }) => values.map(({ value }) => value))).toContain(
      'leads@contoso.example',
    );
  });
});

describe('a step', () => {
  const role = byApplication.find(({ name }) => name === 'role');
  if (!role) throw new Error('There is no step for the role.');

  test('is done when its checks have ended and none failed', () => {
    expect(stateOf(role, validationOf({ role: 'passed', 'privilege-prvCreateLead': 'warning' }))).toBe(
      'done',
    );
  });

  test('has failed as soon as one of its checks has', () => {
    expect(stateOf(role, validationOf({ role: 'failed' }, false))).toBe('failed');
  });

  test('is open while nothing is known of it: other checks say nothing', () => {
    expect(stateOf(role, null)).toBe('open');
    expect(stateOf(role, undefined)).toBe('open');
    expect(stateOf(role, validationOf({ url: 'failed' }))).toBe('open');
  });

  test('is being checked until the Validate has ended', () => {
    expect(stateOf(role, validationOf({ role: 'passed' }, false))).toBe('checking');
  });

  test('shows its own checks only', () => {
    expect(checksOf(role, validationOf({ url: 'passed', role: 'failed' })).map(({ check }) => check)).toEqual(
      ['role'],
    );
  });
});
