import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ProblemError } from '@leads/service';
import { IntakeGate } from './intake-gate.ts';

let isFull: boolean;
let isAway: boolean;
let changes: (string | undefined)[];
let gate: IntakeGate;

beforeEach(() => {
  jest.useFakeTimers();
  [isFull, isAway, changes] = [false, false, []];
  gate = new IntakeGate({
    isOutboxFull: () => (isAway ? new Promise(() => undefined) : Promise.resolve(isFull)),
    onChange: (closed) => changes.push(closed),
  });
  gate.onApplicationBootstrap();
});
afterEach(async () => {
  const stopped = gate.beforeApplicationShutdown();
  await jest.runAllTimersAsync();
  await stopped;
  jest.useRealTimers();
});

/** What a question comes to. */
async function asked(question: Promise<string>): Promise<string> {
  return question.catch((error: unknown) =>
    error instanceof ProblemError ? String(error.problem.status) : 'unexpected',
  );
}

describe('the gate of the intake', () => {
  test('lets questions pass while the database answers', async () => {
    expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('committed');
    expect(changes).toEqual([]);
  });

  test('closes for a database that falls silent: who waits is refused, and others at once', async () => {
    isAway = true;
    const waiting = asked(gate.ask(() => new Promise(() => undefined)));
    await jest.advanceTimersByTimeAsync(3_100);
    expect(await waiting).toBe('503');
    const question = jest.fn(() => Promise.resolve('committed'));
    expect(await asked(gate.ask(question))).toBe('503');
    expect(question).not.toHaveBeenCalled();
    isAway = false;
    await jest.advanceTimersByTimeAsync(1_600);
    expect(await asked(gate.ask(question))).toBe('committed');
    expect(changes).toEqual(['database-away', undefined]);
  });

  test('stays open where one look is slow, or others are answered meanwhile', async () => {
    isAway = true;
    await jest.advanceTimersByTimeAsync(1_900);
    isAway = false;
    await jest.advanceTimersByTimeAsync(1_600);
    isAway = true;
    for (let count = 0; count < 20; count += 1) {
      await jest.advanceTimersByTimeAsync(500);
      expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('committed');
    }
    const slow = asked(gate.ask(() => new Promise(() => undefined)));
    for (let count = 0; count < 21; count += 1) {
      await jest.advanceTimersByTimeAsync(500);
      expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('committed');
    }
    expect(await slow).toBe('503');
    expect(changes).toEqual([]);
  });

  test('closes as soon as anybody finds the database away, and opens at the next look', async () => {
    const refused = Object.assign(new Error('terminating connection'), { code: '57P01' });
    expect(await asked(gate.ask(() => Promise.reject(refused)))).toBe('503');
    expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('503');
    await jest.advanceTimersByTimeAsync(600);
    expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('committed');
  });

  test('stays open where the database has something against one question', async () => {
    const refused = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    await expect(gate.ask(() => Promise.reject(refused))).rejects.toBe(refused);
    expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('committed');
  });

  test('closes while the outbox is full, and refuses nobody who is in hand already', async () => {
    const inHand = Promise.withResolvers<string>();
    const waiting = asked(gate.ask(() => inHand.promise));
    isFull = true;
    await jest.advanceTimersByTimeAsync(600);
    expect(await asked(gate.ask(() => Promise.resolve('committed')))).toBe('503');
    inHand.resolve('committed');
    expect(await waiting).toBe('committed');
  });
});
