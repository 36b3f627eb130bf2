import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LaneRequest, Pace, type Verdict } from './pace.ts';
import { RequestBudget, type WindowLimit } from './request-budget.ts';

const WRITTEN: Verdict = { kind: 'written' };

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

  test('knows what was sent five minutes before the first refusal', () => {
    const budget = new RequestBudget();
    send(budget, 6_000, 0);
    budget.refused({ requests: 6_000, windowMs: 300_000 }, 1_000);
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

  test('spares what is left of the usual limit while none is known, the more the less is left', () => {
    const usual = { requests: 600, windowMs: 30_000 };
    const budget = new RequestBudget(usual);
    send(budget, 300, 1_000);
    expect(budget.frugalMs(Infinity, 1_000)).toBeUndefined();
    send(budget, 1, 1_000);
    const some = budget.frugalMs(Infinity, 1_000) ?? 0;
    send(budget, 200, 1_000);
    const more = budget.frugalMs(Infinity, 1_000) ?? 0;
    expect([some, more].map(Math.round)).toEqual([100, 303]);
    expect(budget.frugalMs(Infinity, 1_000 + more)).toBe(0);
    send(budget, 600, 1_000);
    expect(budget.frugalMs(Infinity, 1_000)).toBe(1_000);
    expect(budget.frugalMs(Infinity, 40_000)).toBeUndefined();
    expect(budget.frugalMs(30, 40_000)).toBe(0);
    budget.refused(usual, 40_000);
    expect(budget.frugalMs(30, 40_000)).toBeUndefined();
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
        // Requests are spaced, so that those of the last window are spread over it as well.
        const windows = Math.floor((leads + sentBefore - 1) / organization.requests) + 1;
        // A request is counted from its beginning until a window after its answer, and our count is as fine as a span.
        const heldMs = organization.windowMs + organization.latencyMs + SPAN_MS;
        // So many at a time take this long without any limit.
        const unlimitedMs = (run.sent * organization.latencyMs) / MOST;
        expect(run.tookMs).toBeLessThanOrEqual(1.05 * Math.max(windows * heldMs, unlimitedMs));
        expect(run.early).toBe(0);
      }),
      {
        numRuns: 60,
        examples: [
          [{ requests: 100, windowMs: 10_000, latencyMs: 245, sentBefore: 0 }],
          [{ requests: 200, windowMs: 12_000, latencyMs: 245, sentBefore: 0 }],
        ],
      },
    );
  });
});

const MOST = 16;

/** As fine as a budget counts, in milliseconds. */
const SPAN_MS = 250;

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
  const pace = new Pace(MOST);
  const waitMs = Math.max(1_000, windowMs / 10);
  const counted = Array<number>(sentBefore).fill(0);
  const answers: { at: number; refused: boolean; request: LaneRequest }[] = [];
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
    const request = pace.begun(now);
    run.sent += 1;
    if (now < toldToWaitUntil) run.early += 1;
    const refused = now < blockedUntil || used() >= requests;
    if (refused) blockedUntil = now + waitMs;
    else counted.push(now + latencyMs);
    answers.push({ at: now + (refused ? 1 : latencyMs), refused, request });
    answers.sort((a, b) => a.at - b.at);
  };
  const take = ({ refused, request }: { refused: boolean; request: LaneRequest }): void => {
    if (refused) {
      const limit = { of: 'requests' as const, requests, windowMs };
      pace.learn({ kind: 'throttled', waitMs, limit }, undefined, now, 0);
      pace.ended(request, 'refused', now);
      run.refused += 1;
      toldToWaitUntil = now + waitMs;
      return;
    }
    pace.ended(request, 'passed', now);
    pace.adopt({ remaining: requests - used() }, now);
    pace.learn(WRITTEN, latencyMs, now, 0);
    written += 1;
  };
  while (written < leads) {
    while (answers[0] && answers[0].at <= now)
      take(answers.shift() as { refused: boolean; request: LaneRequest });
    const holdMs = pace.holdMs(now);
    const room = Math.min(pace.room(now), leads - written - answers.length);
    for (let count = 0; holdMs === 0 && count < room; count += 1) begin();
    const next = Math.min(answers[0]?.at ?? Infinity, now + (pace.holdMs(now) || Infinity));
    if (next === Infinity && written < leads) throw new Error('The lane stands still.');
    if (next < Infinity) now = Math.max(now, next);
  }
  return { ...run, tookMs: now };
}
