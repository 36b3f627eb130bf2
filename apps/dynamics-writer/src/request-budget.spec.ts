import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Pace } from './pace.ts';
import { RequestBudget, statedLimit, type WindowLimit } from './request-budget.ts';

const REASON = { cause: 'throttled-requests', what: 'x', remedy: 'x' };

describe('the limit that a refusal names', () => {
  test('is read as Dataverse words it', () => {
    const message = 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.';
    expect(statedLimit(message)).toEqual({ requests: 6_000, windowMs: 300_000 });
    expect(statedLimit('… the limit of 1,200 over time window of 30 seconds')).toEqual({
      requests: 1_200,
      windowMs: 30_000,
    });
  });

  test.each([
    '',
    'Number of concurrent requests exceeded the limit of 52.',
    'limit of 0 over time window of 5 seconds',
  ])('is none in %p', (message) => expect(statedLimit(message)).toBeUndefined());
});

describe('a budget of requests', () => {
  test('withholds nothing before the first refusal', () => {
    const budget = new RequestBudget();
    for (let count = 0; count < 10_000; count += 1) budget.begun(count);
    expect([budget.waitMs(10_000), budget.room(10_000)]).toEqual([0, Infinity]);
  });

  test('goes on when the window has moved past what was sent first', () => {
    const budget = new RequestBudget();
    send(budget, 100, 1_000);
    budget.refused({ requests: 100, windowMs: 30_000 }, 2_000);
    expect(budget.waitMs(2_000)).toBe(29_250);
    expect(budget.room(30_000)).toBe(0);
    expect(budget.room(31_250)).toBe(100);
  });

  test('keeps to the documented limit where the refusal names none', () => {
    const budget = new RequestBudget();
    send(budget, 6_000, 0);
    budget.refused(undefined, 1_000);
    expect(budget.room(299_000)).toBe(0);
    expect(budget.room(300_250)).toBe(6_000);
  });

  test('counts on what several servers let through together, a little less', () => {
    const budget = new RequestBudget();
    send(budget, 1_000, 0);
    budget.refused({ requests: 300, windowMs: 30_000 }, 1_000);
    expect(budget.room(31_000)).toBe(950);
  });

  test('spaces requests more the fuller the window is', () => {
    const budget = new RequestBudget();
    budget.refused({ requests: 1_000, windowMs: 30_000 }, 0);
    const gaps = [100, 400, 400].map((more) => {
      const now = 40_000;
      send(budget, more, now);
      const before = budget.waitMs(now);
      budget.begun(now);
      return budget.waitMs(now) - before;
    });
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps[0]).toBeLessThan(gaps[2] ?? 0);
  });

  test('takes what others sent in the same name as spread over the window', () => {
    const budget = new RequestBudget();
    budget.refused({ requests: 600, windowMs: 30_000 }, 100_000);
    expect(budget.waitMs(100_000)).toBeGreaterThan(0);
    expect(budget.waitMs(100_000)).toBeLessThanOrEqual(250);
    expect(budget.room(115_000)).toBeGreaterThan(280);
    expect(budget.room(115_000)).toBeLessThan(310);
  });

  test('tries whether more is permitted after an hour without a refusal', () => {
    const budget = new RequestBudget();
    budget.refused({ requests: 600, windowMs: 30_000 }, 0);
    expect(budget.room(3_599_999)).toBe(600);
    expect(budget.room(3_600_000)).toBe(Infinity);
  });
});

describe('a lane whose organisation permits so many requests within a window', () => {
  const organizations = fc.record({
    requests: fc.integer({ min: 100, max: 2_000 }),
    windowMs: fc.integer({ min: 10, max: 120 }).map((seconds) => seconds * 1000),
    latencyMs: fc.integer({ min: 5, max: 250 }),
    sentBefore: fc.integer({ min: 0, max: 50 }),
  });

  test('is hardly ever refused, loses little time, and begins nothing before the wait that was asked for is over', () => {
    fc.assert(
      fc.property(organizations, ({ sentBefore, ...organization }) => {
        const leads = 12 * organization.requests;
        const run = drain(organization, leads, sentBefore);
        expect(run.refused / run.sent).toBeLessThanOrEqual(0.02);
        const windowsNeeded = Math.floor((leads + sentBefore - 1) / organization.requests);
        // So many at a time take this long without any limit.
        const unlimitedMs = (run.sent * organization.latencyMs) / MOST;
        const permittedMs = Math.max(windowsNeeded * organization.windowMs, unlimitedMs);
        expect(run.tookMs).toBeLessThanOrEqual(1.15 * permittedMs);
        expect(run.early).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

const MOST = 16;

function send(budget: RequestBudget, requests: number, now: number): void {
  for (let count = 0; count < requests; count += 1) {
    budget.begun(now);
    budget.ended(true, now);
  }
}

/** Sends so many leads one by one to an organisation that counts as Dataverse does, by a clock of its own. */
function drain(
  { requests, windowMs, latencyMs }: WindowLimit & { latencyMs: number },
  leads: number,
  sentBefore: number,
): { tookMs: number; sent: number; refused: number; early: number } {
  const pace = new Pace(4, MOST);
  const waitMs = Math.max(1_000, windowMs / 10);
  const counted = Array<number>(sentBefore).fill(0);
  const answers: { at: number; refused: boolean }[] = [];
  const run = { tookMs: 0, sent: 0, refused: 0, early: 0 };
  let now = 0;
  let written = 0;
  let blockedUntil = 0;
  let toldToWaitUntil = 0;
  const used = (): number => {
    while ((counted[0] ?? Infinity) <= now - windowMs) counted.shift();
    return counted.length;
  };
  const begin = (): void => {
    pace.begun(now);
    run.sent += 1;
    if (now < toldToWaitUntil) run.early += 1;
    const refused = now < blockedUntil || used() >= requests;
    if (refused) blockedUntil = now + waitMs;
    else counted.push(now + latencyMs);
    answers.push({ at: now + (refused ? 1 : latencyMs), refused });
    answers.sort((a, b) => a.at - b.at);
  };
  const take = ({ refused }: { refused: boolean }): void => {
    pace.ended(refused, now);
    pace.heed({ remaining: requests - used() }, refused ? { requests, windowMs } : undefined);
    pace.learn(
      refused ? { kind: 'throttled', waitMs, reason: REASON } : { kind: 'written' },
      latencyMs,
      now,
      0,
    );
    if (refused) {
      run.refused += 1;
      toldToWaitUntil = now + waitMs;
    } else written += 1;
  };
  while (written < leads) {
    while (answers[0] && answers[0].at <= now) take(answers.shift() as { refused: boolean });
    const holdMs = pace.holdMs(now);
    const room = Math.min(pace.room(now), leads - written - answers.length);
    for (let count = 0; holdMs === 0 && count < room; count += 1) begin();
    const next = Math.min(answers[0]?.at ?? Infinity, now + (pace.holdMs(now) || Infinity));
    if (next === Infinity && written < leads) throw new Error('The lane stands still.');
    if (next < Infinity) now = Math.max(now, next);
  }
  return { ...run, tookMs: now };
}
