import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeExpiry, dueWarning } from './expiry.ts';

const DAY_MS = 86_400_000;
const expiresOn = '2026-12-31';
const daysBefore = (days: number, hour = 12): Date =>
  new Date(Date.parse(`${expiresOn}T00:00:00Z`) - days * DAY_MS + hour * 3_600_000);

describe('the warning that is due', () => {
  test.each([
    [31, undefined],
    [30, 30],
    [15, 30],
    [14, 14],
    [8, 14],
    [7, 7],
    [4, 7],
    [3, 3],
    [2, 3],
    [1, 1],
    [0, 1],
    [-1, 0],
    [-400, 0],
  ])('%i days before: %s', (days, due) => {
    expect(dueWarning(expiresOn, daysBefore(days))).toBe(due);
    expect(dueWarning(expiresOn, daysBefore(days, 0))).toBe(due);
    expect(dueWarning(expiresOn, daysBefore(days, 23.99))).toBe(due);
  });

  test('comes ever closer, and each of the six comes, however the days are looked at', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 20 * 3_600_000 }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(steps, (waits) => {
        let at = daysBefore(40).getTime();
        const seen: number[] = [];
        for (let index = 0; at < daysBefore(-2).getTime(); index += 1) {
          const due = dueWarning(expiresOn, new Date(at));
          if (due !== undefined && seen.at(-1) !== due) seen.push(due);
          at += waits[index % waits.length] ?? 1;
          if (index > 5_000) return;
        }
        expect(seen).toEqual([30, 14, 7, 3, 1, 0]);
      }),
    );
  });
});

test('the words name the secret, the day, and where to enter the new one', () => {
  const facts = {
    secret: { kind: 'password', version: 1, setAt: '2026-10-02T00:00:00Z', expiresOn },
  } as const;
  expect(describeExpiry(facts, daysBefore(7))).toEqual({
    what: `The password expires on ${expiresOn}. After that day leads wait until it is replaced.`,
    remedy: expect.stringContaining('Microsoft 365 admin center'),
  });
  expect(describeExpiry(facts, daysBefore(-1)).what).toContain('none is lost');
});
