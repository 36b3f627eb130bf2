import { describe, expect, test } from '@jest/globals';
import { grantedMs, type Limit, Limits } from './limits.ts';
import { type LaneRequest, Pace, type Verdict } from './pace.ts';
import { ParcelSize } from './parcel-size.ts';

const WRITTEN: Verdict = { kind: 'written' };

/** An organisation that counts as Dataverse does. */
interface Organization {
  requests: number;
  executionMs: number;
  concurrency: number;
  windowMs: number;
  latencyMs: number;
  /** Execution time of a row that its request's duration does not show. */
  hiddenMsPerRow: number;
}

const ROOMY: Organization = {
  requests: 6_000,
  executionMs: 1_200_000,
  concurrency: 52,
  windowMs: 300_000,
  latencyMs: 20,
  hiddenMsPerRow: 0,
};

const MOST = 16;
const MOST_ROWS = 100;

interface Run {
  tookMs: number;
  sent: number;
  refused: number;
  early: number;
}

interface Pending {
  lane: number;
  at: number;
  rows: number;
  limit: Limit | undefined;
  request: LaneRequest;
}

/** Drains so many leads of each lane, all lanes under one identity, by a clock of its own. */
function drain(organization: Organization, lanes: number, leadsEach: number): Run {
  const limits = new Limits(2);
  const paces = Array.from({ length: lanes }, () => new Pace(MOST, undefined, limits, MOST_ROWS));
  const left = paces.map(() => leadsEach);
  const waitMs = Math.max(1_000, organization.windowMs / 10);
  let booked: { at: number; ms: number }[] = [];
  let pending: Pending[] = [];
  const run: Run = { tookMs: 0, sent: 0, refused: 0, early: 0 };
  let now = 0;
  let written = 0;
  let running = 0;
  let blocked: { until: number; limit: Limit } | undefined;
  let askedUntil = 0;

  const exceeded = (): Limit | undefined => {
    booked = booked.filter(({ at }) => at > now - organization.windowMs);
    if (blocked && now < blocked.until) return blocked.limit;
    const { windowMs, requests, executionMs: ms, concurrency } = organization;
    if (running >= concurrency) return { of: 'concurrency', requests: concurrency };
    const limit: Limit | undefined =
      booked.length + running >= requests
        ? { of: 'requests', requests, windowMs }
        : booked.reduce((sum, one) => sum + one.ms, 0) >= ms
          ? { of: 'execution', ms, windowMs }
          : undefined;
    if (limit) blocked = { until: now + waitMs, limit };
    return limit;
  };

  const begin = (lane: number, rows: number): void => {
    const request = (paces[lane] as Pace).begun(now, rows);
    left[lane] = (left[lane] ?? 0) - rows;
    run.sent += 1;
    if (now < askedUntil) run.early += 1;
    const limit = exceeded();
    if (!limit) running += 1;
    pending.push({ lane, at: now + (limit ? 1 : organization.latencyMs), rows, limit, request });
    pending.sort((a, b) => a.at - b.at);
  };

  const take = ({ lane, rows, limit, request }: Pending): void => {
    const pace = paces[lane] as Pace;
    if (limit) {
      run.refused += 1;
      left[lane] = (left[lane] ?? 0) + rows;
      askedUntil = Math.max(askedUntil, now + waitMs);
      pace.learn({ kind: 'throttled', waitMs, limit }, undefined, now, 0);
      pace.ended(request, 'refused', now);
      return;
    }
    running -= 1;
    written += rows;
    booked.push({ at: now, ms: organization.latencyMs + rows * organization.hiddenMsPerRow });
    pace.ended(request, 'passed', now);
    const usedMs = booked.reduce((sum, { ms }) => sum + ms, 0);
    pace.adopt(
      {
        remaining: Math.max(0, organization.requests - booked.length - running),
        remainingMs: Math.max(0, organization.executionMs - usedMs),
      },
      now,
    );
    pace.learn(WRITTEN, rows === 1 ? organization.latencyMs : undefined, now, 0);
  };

  while (written < lanes * leadsEach) {
    while (pending[0] && pending[0].at <= now) take(pending.shift() as Pending);
    for (let busy = true; busy;) {
      busy = false;
      for (const [lane, pace] of paces.entries()) {
        const rows = Math.min(left[lane] ?? 0, pace.rows(now));
        if (rows <= 0 || pace.holdMs(now) > 0 || pace.room(now) <= 0) continue;
        begin(lane, rows);
        busy = true;
      }
    }
    const waits = paces.map((pace) => pace.holdMs(now)).filter((ms) => ms > 0);
    const next = Math.min(pending[0]?.at ?? Infinity, now + Math.min(...waits));
    now = next === Infinity ? now + 1_000 : Math.max(now + 1, next);
    if (now > 3_600_000 * 5) throw new Error(`It stands still: ${written} written.`);
  }
  pending = [];
  return { ...run, tookMs: now };
}

test.each([
  [Infinity, 3_600_000],
  [10 ** 12, 3_600_000],
  [3_599_999, 3_599_999],
  [-1, 0],
  [NaN, 0],
])('where a destination asks for a wait of %d ms, %d ms are granted', (waitMs, granted) => {
  const limits = new Limits();
  limits.refused({ waitMs }, 0);
  expect([grantedMs(waitMs), limits.askedMs(0)]).toEqual([granted, granted]);
});

describe('an organisation with small limits', () => {
  test.each<[string, Partial<Organization>, number, number, number]>([
    ['5 requests in 10 s', { requests: 5, windowMs: 10_000 }, 1, 4_000, 70_000],
    [
      '4 s of execution time in 20 s at 10 ms a row',
      { executionMs: 4_000, windowMs: 20_000, hiddenMsPerRow: 10 },
      1,
      4_000,
      180_000,
    ],
    [
      '4 s of execution time in 20 s at 2 s a request',
      { executionMs: 4_000, windowMs: 20_000, latencyMs: 2_000 },
      1,
      6_000,
      580_000,
    ],
    ['2 s a request', { latencyMs: 2_000 }, 1, 20_000, (2_000 * 200) / 16 + 12_000],
    ['2 requests at a time', { concurrency: 2, windowMs: 20_000, latencyMs: 200 }, 1, 40_000, 40_000],
    ['12 requests in 10 s, shared by six offers', { requests: 12, windowMs: 10_000 }, 6, 3_000, 140_000],
  ])(
    '%s: hardly ever refused, never early, near the permitted time',
    (_name, changes, lanes, leadsEach, permittedMs) => {
      const run = drain({ ...ROOMY, ...changes }, lanes, leadsEach);
      expect(run.early).toBe(0);
      expect(run.refused / run.sent).toBeLessThanOrEqual(0.05);
      expect(run.tookMs).toBeLessThanOrEqual(1.2 * permittedMs);
    },
  );
});

test('parcels shrink where rows are dear, grow again, and stay large where a request takes long whatever it carries', () => {
  const settle = (baseMs: number, perRowMs: number, size = new ParcelSize(100)): ParcelSize => {
    for (let count = 0; count < 60; count += 1) size.took(size.rows, baseMs + perRowMs * size.rows);
    return size;
  };
  const dear = settle(100, 400);
  expect(400 * dear.rows).toBeLessThanOrEqual(8_000);
  expect(settle(100, 1, dear).rows).toBe(100);
  expect(settle(8_000, 1).rows).toBeGreaterThanOrEqual(50);
});
