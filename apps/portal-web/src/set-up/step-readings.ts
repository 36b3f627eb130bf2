/** What the newest Validate tells of each step of the guided set-up; pure. */
import type { Check, Validation } from '@leads/contracts/portal-api';
import type { SetUpStep } from './set-up-step.ts';

/**
 * `open`: not all that it takes has been looked at. `warned`: it works, but not as the set-up has it, the role being
 * another one for instance.
 */
export type StepState = 'open' | 'checking' | 'done' | 'warned' | 'failed';

export interface StepReading {
  step: SetUpStep;
  /** Counted from 1. */
  number: number;
  /** The checks that concern it, as they stand. */
  checks: Check[];
  state: StepState;
}

/** The step that a check concerns: one that this console does not know belongs to the last, which is the whole way. */
export function stepOf(check: string, steps: readonly SetUpStep[]): SetUpStep | undefined {
  return steps.find(({ checks }) => checks.some((name) => name === check)) ?? steps.at(-1);
}

/** @param isPublished whether leads are written, without which the last step is not done */
export function readSteps(
  steps: readonly SetUpStep[],
  validation: Validation | null | undefined,
  isPublished: boolean,
): StepReading[] {
  const isRunning = !!validation && validation.finishedAt === undefined;
  return steps.map((step, index) => {
    const checks = (validation?.checks ?? []).filter(({ check }) => stepOf(check, steps) === step);
    const isLast = index === steps.length - 1;
    const told = stateOf(step, checks, isRunning, isLast);
    return {
      step,
      number: index + 1,
      checks,
      state: isLast && told === 'done' && !isPublished ? 'open' : told,
    };
  });
}

function stateOf(step: SetUpStep, checks: Check[], isRunning: boolean, isLast: boolean): StepState {
  if (checks.some(({ status }) => status === 'failed')) return 'failed';
  const needed = step.needs.map((name) => checks.find(({ check }) => check === name)?.status);
  const isUnderWay =
    isLast || needed.includes(undefined) || checks.some(({ status }) => status === 'running');
  if (isRunning && isUnderWay) return 'checking';
  // A check is left out where an earlier one failed: that it did not fail does not mean that it passed.
  if (needed.includes(undefined)) return 'open';
  return needed.every((status) => status === 'passed') ? 'done' : 'warned';
}

/** The first that is not done; the last when all are. */
export function nextOf(readings: readonly StepReading[]): StepReading | undefined {
  return readings.find(({ state }) => state !== 'done') ?? readings.at(-1);
}

/** What kept a Validate from coming as far as a step: the first step that failed, if it is another one. */
export function blockerOf(reading: StepReading, readings: readonly StepReading[]): StepReading | undefined {
  if (reading.state !== 'open') return undefined;
  return readings.find(({ state, step }) => state === 'failed' && step !== reading.step);
}
