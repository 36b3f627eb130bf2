import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Limits } from './limits.ts';
import { type LaneRequest, Pace, type Verdict } from './pace.ts';

const WRITTEN: Verdict = { kind: 'written' };
const TRANSIENT: Verdict = { kind: 'transient' };
const BROKEN: Verdict = { kind: 'connection-broken' };

function throttled(waitMs: number): Verdict {
  return { kind: 'throttled', waitMs };
}

describe('a lane that cannot send at all', () => {
  test('tries once when a person saves, not as fast as it can', () => {
    const pace = new Pace(10);
    pace.learn(BROKEN, undefined, 0, 0.5);
    pace.forgive();
    expect(pace.holdMs(0)).toBe(0);
    pace.tried();
    pace.learn(BROKEN, undefined, 0, 0.5);
    pace.learn(BROKEN, undefined, 0, 0.5);
    expect(pace.holdMs(0)).toBeGreaterThan(0);
  });
});

describe('the pace of a lane', () => {
  test('rises while all goes well, never above the most', () => {
    const pace = new Pace(10);
    for (let count = 0; count < 500; count += 1) pace.learn(WRITTEN, 20, count, 0);
    expect(pace.limit).toBe(10);
  });

  test('halves once for a burst of throttled answers, waits as long as was said, and tries one before the rest', () => {
    const pace = new Pace(16, 16);
    for (let count = 0; count < 16; count += 1) pace.learn(throttled(7_000), 5, 10_000 + count, 0);
    expect(pace.holdMs(10_015)).toBe(7_000);
    expect(pace.holdMs(17_015)).toBe(0);
    expect(pace.limit).toBe(1);
    pace.adopt({ remaining: 500 }, 0);
    expect(pace.limit).toBe(8);
  });

  test('falls when answers become much slower than usual', () => {
    const pace = new Pace(16, 16);
    for (let count = 0; count < 50; count += 1) pace.learn(WRITTEN, 50, count, 0);
    pace.learn(WRITTEN, 500, 10_000, 0);
    expect(pace.limit).toBe(8);
  });

  test('one or two passing failures change nothing; more in a row mean one at a time, with longer and longer waits', () => {
    const pace = new Pace(8, 8);
    pace.learn(TRANSIENT, 5, 0, 0.5);
    pace.learn(TRANSIENT, 5, 0, 0.5);
    expect([pace.limit, pace.holdMs(0)]).toEqual([8, 0]);
    const waits = Array.from({ length: 10 }, () => {
      pace.learn(TRANSIENT, 5, 0, 0.5);
      return pace.holdMs(0);
    });
    expect(pace.limit).toBe(1);
    expect(waits[0]).toBe(1_500);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(31_000);
  });

  test('a broken connection means one at a time from the first answer on', () => {
    const pace = new Pace(8, 8);
    pace.learn(BROKEN, 5, 0, 0);
    expect(pace.limit).toBe(1);
    expect(pace.holdMs(0)).toBeGreaterThan(0);
  });

  test('a success, or somebody mending the connection, ends the caution at once', () => {
    const pace = new Pace(8, 8);
    pace.learn(BROKEN, 5, 0, 0);
    pace.forgive();
    expect([pace.limit, pace.holdMs(0)]).toEqual([8, 0]);
    pace.learn(BROKEN, 5, 0, 0);
    pace.learn(WRITTEN, 5, 0, 0);
    expect(pace.limit).toBe(8);
  });

  test('begins at what the organisation recommends, once, within the most', () => {
    const pace = new Pace(16);
    pace.adopt({ parallelism: 10 }, 0);
    expect(pace.limit).toBe(10);
    pace.adopt({ parallelism: 3 }, 0);
    expect(pace.limit).toBe(10);
    const bold = new Pace(16);
    bold.adopt({ parallelism: 50 }, 0);
    expect(bold.limit).toBe(16);
  });

  test('does not send more at once than the limit still permits, but always something', () => {
    const pace = new Pace(8, 8);
    pace.adopt({ remaining: 3 }, 0);
    expect(pace.limit).toBe(3);
    pace.adopt({ remaining: 0 }, 0);
    expect(pace.limit).toBe(1);
    pace.adopt({}, 0);
    expect(pace.limit).toBe(8);
  });

  test('who saves the connection or validates it has one request tried at once, whatever was asked for', () => {
    const pace = new Pace(8, 8);
    const limit = { of: 'requests' as const, requests: 1, windowMs: 300_000 };
    pace.learn({ kind: 'throttled', waitMs: 30_000, limit }, 5, 0, 0);
    pace.learn(BROKEN, 5, 0, 0.99);
    expect([pace.askedMs(0), pace.room(0)]).toEqual([30_000, 0]);
    pace.forgive();
    expect([pace.holdMs(0), pace.askedMs(0), pace.room(0)]).toEqual([0, 0, 1]);
    // The limit on requests is kept to by those behind it.
    pace.begun(0);
    expect(pace.holdMs(0)).toBeGreaterThan(0);
    expect(pace.room(0)).toBe(0);
  });

  test('the longest wait is for what was asked for alone: what the lane itself waits is not cut', () => {
    const pace = new Pace(8, 8);
    pace.hold(7_200_000, 0);
    expect(pace.holdMs(0)).toBe(7_200_000);
  });

  test('whatever happens, something may always begin within the longest wait, and never more than the most', () => {
    const answers = fc.oneof(
      fc.constantFrom(WRITTEN, TRANSIENT, BROKEN),
      fc.integer({ min: 0, max: 300_000 }).map(throttled),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(answers, fc.nat(5_000))),
        fc.integer({ min: 1, max: 52 }),
        (history, most) => {
          const pace = new Pace(most);
          let now = 0;
          for (const [answer, ms] of history) {
            now += ms;
            pace.learn(answer, ms, now, 0.9);
            expect(pace.limit).toBeGreaterThanOrEqual(1);
            expect(pace.limit).toBeLessThanOrEqual(most);
            expect(pace.holdMs(now)).toBeLessThanOrEqual(300_000);
          }
        },
      ),
    );
  });
});

/** What hangs gets no answer for so long. */
const HANG_MS = 120_000;
const ROUND_TRIP_MS = 25;
/** How often a lane looks at what is due, and so asks a question at most. */
const LOOK_MS = 5_000;

interface World {
  leads: number;
  everyMs: number;
  /** Everything that is sent within this time hangs. */
  from: number;
  forMs: number;
  /** How long a create takes at other times; questions take a round trip. */
  createMs: number;
}

interface Sent {
  request: LaneRequest;
  /** `undefined`: a question. */
  lead?: Waiting;
  endsAt: number;
  hangs: boolean;
}

interface Waiting {
  arrivedAt: number;
  dueAt: number;
  sent: number;
}

/** A lane in virtual time. @returns how long each lead took, and how often it was sent */
function run({ leads, everyMs, from, forMs, createMs }: World): { tookMs: number; sent: number }[] {
  const pace = new Pace(4, 4, new Limits(2));
  const done: { tookMs: number; sent: number }[] = [];
  const waiting: Waiting[] = Array.from({ length: leads }, (_, index) => {
    const arrivedAt = index * everyMs;
    return { arrivedAt, dueAt: arrivedAt, sent: 0 };
  });
  const inFlight: Sent[] = [];
  let sentAt = -Infinity;
  let now = 0;
  while (done.length < leads) {
    for (const one of inFlight.filter(({ endsAt, request }) => endsAt <= now || request.cut.aborted)) {
      inFlight.splice(inFlight.indexOf(one), 1);
      const { request, lead, hangs } = one;
      const isLost = hangs || request.cut.aborted;
      pace.ended(request, isLost ? 'failed' : lead ? 'passed' : 'answered', now);
      if (!lead) continue;
      if (isLost) waiting.push({ ...lead, dueAt: now + 1_000 });
      else {
        pace.learn(WRITTEN, now - request.begunAt, now, 0.5);
        done.push({ tookMs: now - lead.arrivedAt, sent: lead.sent });
      }
    }
    while (pace.room(now) > 0) {
      const lead = waiting.find(({ dueAt }) => dueAt <= now);
      if (!lead && !(pace.isStuck(now) && now - sentAt >= LOOK_MS)) break;
      const hangs = now >= from && now < from + forMs;
      const endsAt = now + (hangs ? HANG_MS : lead ? createMs : ROUND_TRIP_MS);
      const request = pace.begun(now, 1, (lead?.sent ?? 0) > 0);
      inFlight.push({ request, endsAt, hangs, ...(lead && { lead: { ...lead, sent: lead.sent + 1 } }) });
      if (lead) waiting.splice(waiting.indexOf(lead), 1);
      sentAt = now;
    }
    const next = [...inFlight.map(({ endsAt }) => endsAt), ...waiting.map(({ dueAt }) => dueAt)].filter(
      (at) => at > now,
    );
    // What hangs becomes overdue without a word.
    now = Math.min(...next, inFlight.length > 0 ? now + 500 : Infinity);
  }
  return done;
}

describe('a lane where everything hangs for a while', () => {
  test('goes on soon after, however few leads come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 100, max: 60_000 }),
        fc.integer({ min: 0, max: 30_000 }),
        fc.integer({ min: 1_000, max: 60_000 }),
        (leads, everyMs, from, forMs) => {
          const slowest = Math.max(
            ...run({ leads, everyMs, from, forMs, createMs: 50 }).map(({ tookMs }) => tookMs),
          );
          expect(slowest).toBeLessThanOrEqual(Math.max(forMs, 15_000) + 12_000);
        },
      ),
      {
        numRuns: 100,
        examples: [
          [1, 1_000, 0, 20_000],
          [60, 1_000, 10_000, 20_000],
        ],
      },
    );
  });

  test('sends no lead more than twice that only takes its time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1_000, max: 300_000 }),
        fc.integer({ min: 50, max: 110_000 }),
        (leads, everyMs, createMs) => {
          const sent = run({ leads, everyMs, from: 0, forMs: 0, createMs }).map((one) => one.sent);
          expect(Math.max(...sent)).toBeLessThanOrEqual(createMs < 15_000 ? 1 : 2);
        },
      ),
      { numRuns: 60 },
    );
  });
});
