import { describe, expect, test } from '@jest/globals';
import type { ValidationStep } from '@leads/contracts';
import { Validation } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { foldSteps } from './fold-steps.ts';

const validationId = '6f6a9a35-3c1c-4f3e-9c64-1d6f8b0b6a01';
const connectionId = '0b9f6f9e-52c4-4a2e-8f1b-7a1f3a1c2d02';
const START = Date.parse('2026-11-22T20:00:00.000Z');

function step(
  ms: number,
  check: string,
  status: ValidationStep['status'],
  rest: Partial<ValidationStep> = {},
): ValidationStep {
  return {
    validationId,
    connectionId,
    at: new Date(START + ms).toISOString(),
    check,
    status,
    tookMs: 0,
    ...rest,
  };
}

/** What credentials and the writer tell of a Validate that passes with a warning. */
const passing = [
  step(0, 'validate', 'started'),
  step(1, 'url', 'started'),
  step(2, 'url', 'passed', { tookMs: 1 }),
  step(2, 'host', 'started'),
  step(90, 'host', 'passed', { tookMs: 88 }),
  step(90, 'directory', 'started'),
  step(300, 'directory', 'passed', { tookMs: 210 }),
  step(300, 'application', 'passed'),
  step(300, 'client-secret', 'passed'),
  step(301, 'secret-expiry', 'started'),
  step(301, 'secret-expiry', 'warning', { cause: 'It expires soon.', remedy: 'Make a new one.' }),
  step(301, 'credentials', 'passed'),
  step(400, 'token', 'started'),
  step(500, 'token', 'passed', { tookMs: 100 }),
  step(501, 'test-lead', 'started'),
  step(900, 'test-lead', 'passed', { tookMs: 399 }),
  step(900, 'test-lead-found', 'started'),
  step(950, 'test-lead-found', 'passed', { tookMs: 50 }),
  step(951, 'dynamics', 'passed'),
  step(951, 'validate', 'finished'),
];

describe('a Validate that has ended', () => {
  test('shows each check once, as it ended, in the order in which they were made', () => {
    const folded = foldSteps(passing);
    expect(folded).toMatchObject({
      validationId,
      connectionId,
      startedAt: '2026-11-22T20:00:00.000Z',
      finishedAt: '2026-11-22T20:00:00.951Z',
      passed: true,
    });
    expect(folded?.checks.map(({ check, status }) => `${check}: ${status}`)).toEqual([
      'url: passed',
      'host: passed',
      'directory: passed',
      'application: passed',
      'client-secret: passed',
      'secret-expiry: warning',
      'token: passed',
      'test-lead: passed',
      'test-lead-found: passed',
    ]);
    expect(folded?.checks[1]).toEqual({
      check: 'host',
      status: 'passed',
      startedAt: '2026-11-22T20:00:00.002Z',
      tookMs: 88,
    });
    expect(folded?.checks[5]).toMatchObject({ cause: 'It expires soon.', remedy: 'Make a new one.' });
  });

  test('has not passed where a check has failed, or the half of a service', () => {
    const failed = step(700, 'test-lead', 'failed', { cause: 'Refused.', remedy: 'Allow it.' });
    expect(
      foldSteps([...passing.filter(({ check }) => !check.startsWith('test-lead')), failed]),
    ).toMatchObject({ passed: false });
    expect(foldSteps([...passing, step(960, 'dynamics', 'failed')])).toMatchObject({ passed: false });
  });

  test('has no check that still runs: what got no answer says so', () => {
    const folded = foldSteps([...passing, step(550, 'user', 'started')]);
    expect(folded?.checks.find(({ check }) => check === 'user')).toMatchObject({
      status: 'warning',
      cause: expect.stringContaining('without an answer'),
    });
  });
});

describe('a Validate under way', () => {
  test('says neither that it has finished nor whether it has passed', () => {
    const folded = foldSteps(passing.slice(0, 6));
    expect(folded).not.toHaveProperty('finishedAt');
    expect(folded).not.toHaveProperty('passed');
    expect(folded?.checks.at(-1)).toEqual({
      check: 'directory',
      status: 'running',
      startedAt: '2026-11-22T20:00:00.090Z',
    });
  });

  test('begins a check where its end says, as long as its start is not known', () => {
    const folded = foldSteps([step(90, 'host', 'passed', { tookMs: 88 })]);
    expect(folded).toMatchObject({ startedAt: '2026-11-22T20:00:00.002Z' });
    expect(folded?.checks).toEqual([
      { check: 'host', status: 'passed', startedAt: '2026-11-22T20:00:00.002Z', tookMs: 88 },
    ]);
  });

  test('shows a check that is made anew as running again, in its old place', () => {
    const folded = foldSteps([
      step(400, 'token', 'started'),
      step(500, 'token', 'passed', { tookMs: 100 }),
      step(510, 'version', 'passed', { tookMs: 5 }),
      step(9_000, 'token', 'started'),
    ]);
    expect(folded?.checks).toMatchObject([
      { check: 'token', status: 'running', startedAt: '2026-11-22T20:00:09.000Z' },
      { check: 'version', status: 'passed' },
    ]);
  });
});

test('nothing is made of no steps', () => {
  expect(foldSteps([])).toBeUndefined();
});

test('steps of another Validate change nothing', () => {
  const other = passing.map((one) => ({ ...one, validationId: connectionId, status: 'failed' as const }));
  expect(foldSteps([...passing, ...other])).toEqual(foldSteps(passing));
});

/** Whatever may stand on the topic. */
const anyStep = fc
  .record({
    ms: fc.integer({ min: 0, max: 50 }),
    check: fc.constantFrom(
      'validate',
      'credentials',
      'url',
      'user',
      'privilege-prvCreateLead',
      'test-lead',
      'dynamics',
    ),
    status: fc.constantFrom('started', 'passed', 'warning', 'failed', 'finished' as const),
    tookMs: fc.integer({ min: 0, max: 20 }),
    cause: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  })
  .map(({ ms, check, status, tookMs, cause }) =>
    step(ms, check, status, { tookMs, ...(cause !== undefined && { cause }) }),
  );

const someSteps = fc.array(anyStep, { minLength: 1, maxLength: 20 });

describe('whatever the steps', () => {
  test('the order in which they come, and how often, makes no difference', () => {
    const shuffled = someSteps.chain((steps) =>
      fc.tuple(
        fc.constant(steps),
        fc.shuffledSubarray(steps, { minLength: steps.length }),
        fc.subarray(steps),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([steps, others, twice]) => {
        expect(foldSteps([...others, ...twice])).toEqual(foldSteps(steps));
      }),
    );
  });

  test('what comes out fits the API, shows no check twice, and none that runs after the end', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const { checks, finishedAt, passed } = Validation.parse(foldSteps(steps));
        expect(new Set(checks.map(({ check }) => check)).size).toBe(checks.length);
        expect(checks.map(({ check }) => check)).not.toContain('validate');
        expect(passed === undefined).toBe(finishedAt === undefined);
        if (finishedAt !== undefined) expect(checks.filter(({ status }) => status === 'running')).toEqual([]);
        if (passed) expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
      }),
    );
  });
});
