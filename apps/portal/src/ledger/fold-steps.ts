/** Folds the steps of one Validate, as credentials and the writer tell them, into what a person sees of it; pure. */
import { present, type ValidationStep } from '@leads/contracts';
import type { Check, Validation } from '@leads/contracts/portal-api';
import { CHECK_NAMES, SUMS, VALIDATE } from '@leads/contracts/validation';

/** The order of checks that were told of in the same millisecond; one that is not here comes after them. */
const NAMES: readonly string[] = CHECK_NAMES;

/** A person has nothing of them. */
const SUMMED: ReadonlySet<string> = new Set(SUMS);

const UNDETERMINED = {
  cause: 'The Validate ended without an answer to this check.',
  remedy: 'Validate again. Leads are taken in and kept in any case.',
};

/**
 * The Validate as far as these steps tell, whatever order they come in and however often each does. A check that is
 * begun anew, because another instance took the Validate up, shows how it stands now. `testLead` is not in here: no
 * step holds it.
 * @param steps of one Validate; of several, those of the first one's are taken
 * @returns `undefined` without steps
 */
export function foldSteps(steps: readonly ValidationStep[]): Validation | undefined {
  const [first] = steps;
  if (!first) return undefined;
  const { validationId, connectionId } = first;
  const own = steps.filter((step) => step.validationId === validationId);
  const framing = own.filter(({ check }) => check === VALIDATE);
  const begun = framing.filter(({ status }) => status === 'started').map(({ at }) => at);
  const startedAt = earliest(begun.length > 0 ? begun : own.map(beginningOf));
  const finished = framing.filter(({ status }) => status === 'finished').map(({ at }) => at);
  const finishedAt = finished.length > 0 ? latest(finished) : undefined;
  const ofChecks = Map.groupBy(
    own.filter(({ check }) => check !== VALIDATE),
    ({ check }) => check,
  );
  const states = [...ofChecks].map(([name, told]) => checkOf(name, told, finishedAt !== undefined));
  const checks = states
    .filter(({ state }) => !SUMMED.has(state.check))
    .sort((one, other) => compareChecks(one, other))
    .map(({ state }) => state);
  return {
    validationId,
    connectionId,
    startedAt,
    ...(finishedAt !== undefined && {
      finishedAt,
      passed: states.every(({ state }) => state.status !== 'failed'),
    }),
    checks,
  };
}

interface Placed {
  state: Check;
  /** When the check was first told of, however often it was begun anew: its place in the list stays. */
  firstAt: string;
}

function checkOf(check: string, told: readonly ValidationStep[], isOver: boolean): Placed {
  const newest = told.reduce((one, other) => (compareSteps(one, other) < 0 ? other : one));
  const begun = told.filter(({ status, at }) => status === 'started' && isNotAfter(at, newest.at));
  const firstAt = earliest(told.map(beginningOf));
  const startedAt = begun.length > 0 ? latest(begun.map(({ at }) => at)) : beginningOf(newest);
  if (newest.status === 'started' || newest.status === 'finished') {
    // What nobody is looking at any more does not run.
    const state: Check = isOver
      ? { check, status: 'warning', startedAt, ...UNDETERMINED }
      : { check, status: 'running', startedAt };
    return { state, firstAt };
  }
  const { status, tookMs, cause, remedy } = newest;
  return {
    state: {
      check,
      status,
      startedAt,
      tookMs,
      ...present({ cause, remedy }),
    },
    firstAt,
  };
}

/** When what the step tells of began: it may be all that is known of it. */
function beginningOf({ at, tookMs }: ValidationStep): string {
  return new Date(Date.parse(at) - tookMs).toISOString();
}

const WEIGHTS: Record<ValidationStep['status'], number> = {
  started: 0,
  finished: 1,
  passed: 2,
  warning: 3,
  failed: 4,
};

/** The later step counts; of two in the same millisecond the one that says more, and then the same one always. */
function compareSteps(one: ValidationStep, other: ValidationStep): number {
  return (
    Date.parse(one.at) - Date.parse(other.at) ||
    WEIGHTS[one.status] - WEIGHTS[other.status] ||
    compareText(JSON.stringify(one), JSON.stringify(other))
  );
}

function compareChecks(one: Placed, other: Placed): number {
  return (
    Date.parse(one.firstAt) - Date.parse(other.firstAt) ||
    placeOf(one.state.check) - placeOf(other.state.check) ||
    compareText(one.state.check, other.state.check)
  );
}

function placeOf(check: string): number {
  const place = NAMES.indexOf(check);
  return place < 0 ? NAMES.length : place;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function isNotAfter(one: string, other: string): boolean {
  return Date.parse(one) <= Date.parse(other);
}

function earliest(times: readonly string[]): string {
  return new Date(Math.min(...times.map((time) => Date.parse(time)))).toISOString();
}

function latest(times: readonly string[]): string {
  return new Date(Math.max(...times.map((time) => Date.parse(time)))).toISOString();
}
