/** How a Validate stands, said for people; pure. */
import type { Check, Validation } from '@leads/contracts/portal-api';
import { countWords } from '../pieces/time-words.ts';
import { checkWords } from './check-words.ts';

export type Progress = 'running' | 'passed' | 'passed-with-warnings' | 'failed';

export function progressOf(validation: Validation): Progress {
  if (validation.finishedAt === undefined) return 'running';
  if (validation.passed !== true) return 'failed';
  return validation.checks.some(({ status }) => status === 'warning') ? 'passed-with-warnings' : 'passed';
}

/** One line for the heading of the result. */
export function headline(validation: Validation): string {
  const { checks } = validation;
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  switch (progressOf(validation)) {
    case 'running':
      return 'Validating…';
    case 'passed':
      return `Validated: all ${countWords(checks.length, 'check')} passed`;
    case 'passed-with-warnings':
      return `Validated, with ${countWords(count('warning'), 'warning')}`;
    case 'failed':
      return count('failed') > 0
        ? `${countWords(count('failed'), 'check')} failed`
        : 'The Validate broke off before it was complete';
  }
}

/** Which check's details are open without a click: everything that failed. */
export function opensByItself({ status }: Check): boolean {
  return status === 'failed';
}

/**
 * What a screen reader is told when the Validate goes on from `before` to `now`: each check that has ended, and the
 * result. Empty where there is nothing new.
 */
export function newsOf(before: Validation | undefined, now: Validation): string {
  const isSame = before?.validationId === now.validationId;
  const known = new Map((isSame ? before.checks : []).map(({ check, status }) => [check, status]));
  const ended = now.checks
    .filter(({ check, status }) => status !== 'running' && known.get(check) !== status)
    .map(({ check, status }) => `${checkWords(check).title} ${status === 'warning' ? 'warns' : status}.`);
  const hasEnded = now.finishedAt !== undefined && !(isSame && before.finishedAt !== undefined);
  return [...ended, ...(hasEnded ? [`${headline(now)}.`] : [])].join(' ');
}
