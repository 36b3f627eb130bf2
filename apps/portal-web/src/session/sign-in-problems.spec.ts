import { expect, test } from '@jest/globals';
import { signInProblem } from './sign-in-problems.ts';

test('a word in the address is told in words, one that is not known too', () => {
  expect(signInProblem('session-ended')?.title).toBe('Your session has ended');
  expect(signInProblem('<script>')?.title).toBe('Signing in did not work');
  expect(signInProblem('constructor')?.title).toBe('Signing in did not work');
});

test('nothing is said where nothing went wrong', () => {
  expect(signInProblem(null)).toBeUndefined();
  expect(signInProblem('')).toBeUndefined();
});
