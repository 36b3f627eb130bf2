import { describe, expect, test } from '@jest/globals';
import { ApiProblem, problemOfAnswer, problemOfSilence, toProblem } from './api-problem.ts';

describe('a problem read from an answer', () => {
  test('has the words and the fields that the server told', () => {
    const problem = problemOfAnswer('PUT', 422, {
      title: 'The connection details cannot be accepted',
      detail: 'One entry needs correcting. Nothing was saved.',
      errors: [{ pointer: '/url', detail: 'No port.' }, { nonsense: true }, 'x'],
    });
    expect(problem).toMatchObject({
      kind: 'refused',
      status: 422,
      title: 'The connection details cannot be accepted',
      detail: 'One entry needs correcting. Nothing was saved.',
      errors: [{ pointer: '/url', detail: 'No port.' }],
    });
  });

  test.each([403, 404, 429, 500, 503])('says for status %i without words what to do', (status) => {
    const read = problemOfAnswer('GET', status, undefined);
    const changed = problemOfAnswer('POST', status, '<html>');
    expect(read.title).not.toBe('');
    expect(read.detail).toContain('Nothing is lost.');
    expect(changed.detail).toContain(status >= 500 ? 'not known' : 'Nothing was changed.');
  });

  test('says that the session has ended, whatever the server says of it', () => {
    expect(problemOfAnswer('GET', 401, { title: 'x', detail: 'y' }).kind).toBe('signed-out');
    expect(problemOfAnswer('PUT', 401, {}).detail).toContain('what you entered is still here');
  });

  test('is transient where trying again helps, and only there', () => {
    const transient = [429, 500, 502, 503, 504, 403, 409, 412, 422].filter(
      (status) => problemOfAnswer('GET', status, {}).isTransient,
    );
    expect(transient).toEqual([429, 502, 503, 504]);
    expect(problemOfSilence('GET').isTransient).toBe(true);
  });
});

test('without an answer it is told whether anything may have been changed', () => {
  expect(problemOfSilence('GET').detail).toContain('Nothing is lost');
  expect(problemOfSilence('DELETE').detail).toContain('not known whether this was done');
});

test('a mistake of the console is shown as one, and a problem stays what it is', () => {
  const problem = problemOfSilence('GET');
  expect(toProblem(problem)).toBe(problem);
  expect(toProblem(new TypeError('x is undefined'))).toBeInstanceOf(ApiProblem);
  expect(toProblem(new TypeError('x is undefined')).detail).toContain('x is undefined');
});
