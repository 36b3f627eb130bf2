/** The walk of a lane as it is, in virtual time: random interleavings of answers, and what may never come of them. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { deliverLeads } from './deliver-leads.ts';
import type { Reading, Refused } from './destination.ts';
import { Lane } from './lanes/lane.ts';
import { Limits } from './lanes/limits.ts';
import { Pace } from './lanes/pace.ts';
import type { WindowLimit } from './lanes/request-budget.ts';
import { type OfSome, type Suspect, TRIES } from './lanes/whose-fault.ts';
import { CONNECTION, lead } from './testing/delivery-schema.ts';
import { LaneInMemory } from './testing/lane-in-memory.ts';
import { silent } from './testing/running-lane.ts';
import { recordOf, TestDestination, written } from './testing/test-destination.ts';

/** Virtual hours take seconds, and minutes on a busy machine. */
jest.setTimeout(600_000);

beforeEach(() => {
  jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const SUSPECTS: Suspect[] = ['nobody', 'lead', 'rule', 'connection', 'unknown'];
const ROUND_TRIP_MS = 25;
const COMMIT_MS = 3;

/** The least that a lane waits in trouble before it tries a lead that was never tried. */
const ONE_PAUSE_MS = 1_000;

/** What one try of a lead meets, other than being taken. */
type Trouble =
  | Pick<Refused, 'kind' | 'suspect' | 'signature'>
  /** Nobody works there. */
  | { kind: 'away' }
  /** No answer comes, and the record was made, or was not. */
  | { kind: 'lost'; isMade: boolean }
  /** It asks for a pause. */
  | { kind: 'throttled'; waitMs: number }
  /** A second record has the id: a plug-in’s, not the lead’s. */
  | { kind: 'taken' };

interface World {
  leads: number;
  everyMs: number;
  /** What a try of this lead at this time meets; nothing where it is taken. */
  meets: (lead: number, now: number, tries: number) => Trouble | undefined;
  /** The most leads in one request, of which those sent together pass together or not at all. */
  mostInRequest: number;
  mostInFlight?: number;
  roundTripMs?: number;
  random: () => number;
  /** What is known from before of refusals that some leads met while others passed. */
  refusedSome?: OfSome[];
  /** How many requests are permitted, of which the lane is told as the usual number. */
  permits?: WindowLimit;
  /** Leads that the run need not wait for the end of. */
  isEndless?: (lead: number) => boolean;
}

/** What came of a lead. */
interface Course {
  /** How long after it came it was written; the time of those that were is virtual. */
  writtenAfter: Map<number, number>;
  /** How many refusals each dead lead had met. */
  dead: Map<number, number>;
  /** Leads that were told as written and are not there, or as dead and are. */
  guessed: number[];
  /** Records that were made twice. */
  doubled: number[];
  /** How often the breaker opened or closed. */
  turns: number;
  /** The most requests that were under way together. */
  mostAtATime: number;
  /** How many requests were refused as too many. */
  refusedRequests: number;
}

/** What an organisation’s own rule refuses, always. */
const POISON: Trouble = { kind: 'refused', suspect: 'rule', signature: 'privilege' };

const REASON = { what: 'It went so.', remedy: 'Do this.' };

const all = (leads: number): number[] => Array.from({ length: leads }, (_, number) => number);

/** Resolves after so long in virtual time. */
const passes = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets everything happen that waits for no timer. */
const everythingElse = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function run(world: World): Promise<Course> {
  const { leads, everyMs, meets, mostInRequest, random, isEndless, refusedSome = [] } = world;
  const { mostInFlight = 4, roundTripMs = ROUND_TRIP_MS, permits } = world;
  const recent: number[] = [];
  /** How long until a request is permitted again; 0 where this one is, and counts. */
  const refusedMs = (): number => {
    if (!permits) return 0;
    while ((recent[0] ?? Infinity) <= Date.now() - permits.windowMs) recent.shift();
    const [oldest = 0] = recent;
    if (recent.length >= permits.requests) return oldest + permits.windowMs - Date.now();
    recent.push(Date.now());
    return 0;
  };
  jest.clearAllTimers();
  const began = Date.now();
  const numbers = new Map<string, number>();
  const made = new Set<string>();
  const tries = new Map<string, number>();
  const refusals = new Map<string, number>();
  const course: Course = {
    writtenAfter: new Map(),
    dead: new Map(),
    guessed: [],
    doubled: [],
    turns: 0,
    mostAtATime: 0,
    refusedRequests: 0,
  };
  let atATime = 0;
  const numberOf = (id: string): number => numbers.get(id) ?? NaN;

  const trouble = (id: string): Trouble | undefined => {
    const before = tries.get(id) ?? 0;
    tries.set(id, before + 1);
    return made.has(id) ? { kind: 'taken' } : meets(numberOf(id), Date.now() - began, before);
  };
  const make = (id: string): void => {
    if (made.has(id)) course.doubled.push(numberOf(id));
    made.add(id);
  };
  const readingOf = (id: string, met: Trouble | undefined): Reading => {
    switch (met?.kind) {
      case undefined:
        make(id);
        return written(id);
      case 'refused':
        refusals.set(id, (refusals.get(id) ?? 0) + 1);
        return { ...met, reason: { cause: met.signature, ...REASON } };
      case 'away':
        return { kind: 'away', reason: { cause: 'away', ...REASON } };
      case 'throttled':
        return { ...met, reason: { cause: 'throttled', ...REASON } };
      case 'lost':
        if (met.isMade) make(id);
        return { kind: 'unclear', reason: { cause: 'lost', ...REASON } };
      case 'taken': {
        refusals.set(id, (refusals.get(id) ?? 0) + 1);
        const reason = { cause: 'taken', ...REASON };
        const refused: Refused = { kind: 'refused', suspect: 'rule', signature: 'taken', reason };
        return { kind: 'unclear', reason, taken: { refused, record: recordOf(id) } };
      }
    }
  };
  const destination: TestDestination = new TestDestination({
    mostInFlight,
    mostInRequest,
    answer: async (ids) => {
      const isTogether = ids.length > 1 && destination.requests.at(-1)?.way === 'together';
      atATime += 1;
      course.mostAtATime = Math.max(course.mostAtATime, atATime);
      await passes(roundTripMs);
      atATime -= 1;
      const waitMs = refusedMs();
      if (waitMs > 0) {
        course.refusedRequests += 1;
        const limit = permits && { of: 'requests' as const, ...permits };
        return ids.map(() => ({
          kind: 'throttled',
          waitMs,
          limit,
          reason: { cause: 'throttled', ...REASON },
        }));
      }
      const met = ids.map((id) => ({ id, trouble: trouble(id) }));
      const first = isTogether ? met.find((one) => one.trouble) : undefined;
      return first ? [readingOf(first.id, first.trouble)] : met.map((one) => readingOf(one.id, one.trouble));
    },
    look: (ids) => ids.filter((id) => made.has(id)),
  });
  const store = new LaneInMemory(() => passes(COMMIT_MS));
  const pace = new Pace(mostInFlight, undefined, new Limits(2, undefined, permits), mostInRequest);
  const facts = { connectionId: CONNECTION, url: 'https://there.example', secretVersion: 1, version: 1 };
  const lane = new Lane({ ...facts, fence: 1, broken: null, refusedSome: JSON.stringify(refusedSome) }, pace);
  const walking = deliverLeads(lane, {
    destination,
    session: destination.open(),
    store,
    log: silent,
    date: () => new Date(),
    random,
  });

  let ended = false;
  const [came, walked] = [arriving(), walking.then(() => (ended = true))];
  async function arriving(): Promise<void> {
    for (let number = 0; number < leads; number += 1) {
      const accepted = lead();
      numbers.set(accepted.leadId, number);
      store.takeIn(accepted);
      lane.wake();
      await passes(everyMs);
    }
  }
  let seen = 0;
  const awaited = all(leads).filter((number) => !isEndless?.(number)).length;
  let over = 0;
  const isOver = (): boolean => numbers.size === leads && (over === awaited || store.waiting === 0);
  while (!ended) {
    await everythingElse();
    if (isOver()) lane.end();
    await everythingElse();
    for (; seen < store.settled.length; seen += 1) {
      const { delivery, end } = store.settled[seen] as (typeof store.settled)[number];
      const { leadId } = delivery.accepted;
      const number = numberOf(leadId);
      if (end.kind !== 'deferred' && !isEndless?.(number)) over += 1;
      if (end.kind === 'written') course.writtenAfter.set(number, Date.now() - began - number * everyMs);
      if (end.kind === 'dead') course.dead.set(number, refusals.get(leadId) ?? 0);
      if (end.kind !== 'deferred' && made.has(leadId) !== (end.kind === 'written'))
        course.guessed.push(number);
    }
    if (Date.now() - began > LONGEST_MS) throw new Error(`${store.waiting} leads wait for ever.`);
    jest.advanceTimersToNextTimer();
  }
  jest.clearAllTimers();
  await Promise.race([Promise.all([came, walked]), everythingElse()]);
  course.turns = store.breaker.opened + store.breaker.closed;
  return course;
}

/** No lead waits for so long in virtual time once what it met is over. */
const LONGEST_MS = 12 * 60 * 60_000;

const refusal: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constant('refused' as const),
  suspect: fc.constantFrom(...SUSPECTS),
  signature: fc.constantFrom('a', 'b', 'c'),
});
const passing: fc.Arbitrary<Trouble> = fc.oneof(
  fc.constant({ kind: 'away' as const }),
  fc.record({ kind: fc.constant('lost' as const), isMade: fc.boolean() }),
  fc.record({ kind: fc.constant('throttled' as const), waitMs: fc.integer({ min: 0, max: 60_000 }) }),
);
const taken: fc.Arbitrary<Trouble> = fc.constant({ kind: 'taken' });
const anyTrouble = fc.oneof(
  { weight: 3, arbitrary: refusal },
  { weight: 2, arbitrary: passing },
  { weight: 1, arbitrary: taken },
);
const random = fc
  .infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
  .map((numbers) => () => Number(numbers.next().value));
const mostInRequest = fc.constantFrom(1, 10);

test('leads that come faster than single requests are permitted go out together before one is refused', async () => {
  const leads = 3_000;
  const course = await run({
    leads,
    everyMs: 20,
    meets: () => undefined,
    mostInRequest: 100,
    permits: { requests: 600, windowMs: 30_000 },
    random: () => 0.5,
  });
  expect(course.refusedRequests).toBe(0);
  expect(course.writtenAfter.size).toBe(leads);
  expect(Math.max(...course.writtenAfter.values())).toBeLessThan(ONE_PAUSE_MS);
});

test('a backlog goes out with as many requests at a time as are permitted, full ones, within few round trips', async () => {
  const course = await run({
    leads: 6_000,
    everyMs: 0,
    meets: () => undefined,
    mostInRequest: 100,
    mostInFlight: 16,
    roundTripMs: 2_000,
    random: () => 0.5,
  });
  expect(course.mostAtATime).toBe(16);
  // 2, 4, 8 and then 16 at a time.
  expect(Math.max(...course.writtenAfter.values())).toBeLessThan(7 * 2_000);
});

test('a destination that refuses as too much, and asks for no wait, is asked once a second', async () => {
  const asked: number[] = [];
  await run({
    leads: 3,
    everyMs: 0,
    meets: (_number, now) => {
      asked.push(now);
      return now < 60_000 ? { kind: 'throttled', waitMs: 0 } : undefined;
    },
    mostInRequest: 1,
    random: () => 0.5,
  });
  expect(asked.length).toBeLessThanOrEqual(70);
});

describe('a lane whose answers are mixed at random', () => {
  test('kills no lead on one answer that could pass, and writes each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 5_000 }),
        fc.array(fc.option(anyTrouble, { freq: 3, nil: undefined }), { minLength: 1, maxLength: 30 }),
        mostInRequest,
        random,
        async (everyMs, first, most, randoms) => {
          const course = await run({
            leads: 80,
            everyMs,
            meets: (number, _now, tries) => (tries === 0 ? first[number % first.length] : undefined),
            mostInRequest: most,
            random: randoms,
          });
          expect([...course.dead]).toEqual([]);
          expect(course).toMatchObject({ guessed: [], doubled: [] });
          expect(course.writtenAfter.size).toBe(80);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('delays no lead that passes by one that does not, kills those with their tries, and never turns', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 2_000 }),
        fc.integer({ min: 20, max: 50 }),
        fc.array(refusal, { minLength: 1, maxLength: 4 }),
        mostInRequest,
        random,
        async (everyMs, oneIn, refusals, most, randoms) => {
          const isPoison = (number: number): boolean => number % oneIn === oneIn - 1;
          const leads = 200;
          const course = await run({
            leads,
            everyMs,
            meets: (number) => (isPoison(number) ? refusals[number % refusals.length] : undefined),
            mostInRequest: most,
            random: randoms,
            // With no lead left that could pass, some wait for one.
            isEndless: isPoison,
          });
          const good = all(leads).filter((number) => !isPoison(number));
          expect(good.filter((number) => !course.writtenAfter.has(number))).toEqual([]);
          const waits = [...course.writtenAfter.values()].sort((a, b) => a - b);
          expect(waits.at(Math.floor(waits.length * 0.99))).toBeLessThan(ONE_PAUSE_MS + 4 * ROUND_TRIP_MS);
          expect(Math.min(Infinity, ...course.dead.values())).toBeGreaterThan(1);
          expect(course).toMatchObject({ guessed: [], doubled: [], turns: 0 });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('turns twice at most for an outage, loses nothing to it, and writes all once it is over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 50, max: 3_000 }),
        fc.integer({ min: 1_000, max: 100_000 }),
        fc.integer({ min: 1_000, max: 900_000 }),
        fc.oneof(
          fc.constantFrom<Trouble>(
            { kind: 'refused', suspect: 'connection', signature: 'outage' },
            { kind: 'refused', suspect: 'unknown', signature: 'outage' },
            { kind: 'refused', suspect: 'nobody', signature: 'outage' },
          ),
          passing,
        ),
        fc.integer({ min: 15, max: 200 }),
        mostInRequest,
        random,
        async (everyMs, from, forMs, outage, oneIn, most, randoms) => {
          const isPoison = (number: number): boolean => number % oneIn === oneIn - 1;
          const isOut = (now: number): boolean => now >= from && now < from + forMs;
          const course = await run({
            leads: 100,
            everyMs,
            meets: (number, now) => (isOut(now) ? outage : isPoison(number) ? POISON : undefined),
            mostInRequest: most,
            random: randoms,
            isEndless: isPoison,
          });
          expect(course.turns).toBeLessThanOrEqual(2);
          expect(course).toMatchObject({ guessed: [], doubled: [] });
          expect([...course.dead.keys()].filter((number) => !isPoison(number))).toEqual([]);
          expect(all(100).filter((number) => !isPoison(number) && !course.writtenAfter.has(number))).toEqual(
            [],
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('kills the leads of a rule that others passed beside before, though only they are left, and never turns', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 60_000 }),
        fc.integer({ min: 1, max: 30 }),
        mostInRequest,
        random,
        async (everyMs, leads, most, randoms) => {
          const course = await run({
            leads,
            everyMs,
            meets: () => POISON,
            mostInRequest: most,
            random: randoms,
            refusedSome: [{ signature: 'privilege', at: 0 }],
          });
          expect(course.dead.size).toBe(leads);
          expect(course).toMatchObject({ guessed: [], turns: 0 });
          expect(Math.min(...course.dead.values())).toBeGreaterThanOrEqual(TRIES.rule.tries);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('tells nothing as written that is not there, nor as dead what is, nor by one refusal, however answers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 20_000 }),
        fc.array(fc.option(anyTrouble, { freq: 4, nil: undefined }), { minLength: 2, maxLength: 40 }),
        mostInRequest,
        random,
        async (everyMs, answers, most, randoms) => {
          const course = await run({
            leads: 60,
            everyMs,
            // Each lead has troubles of its own, which others have at other times, and passes in the end.
            meets: (number, now, tries) =>
              tries > 12
                ? undefined
                : answers[(number * 7 + tries + Math.floor(now / 30_000)) % answers.length],
            mostInRequest: most,
            random: randoms,
          });
          expect(course).toMatchObject({ guessed: [], doubled: [] });
          expect(Math.min(Infinity, ...course.dead.values())).toBeGreaterThan(1);
          expect(course.writtenAfter.size + course.dead.size).toBe(60);
        },
      ),
      { numRuns: 40 },
    );
  });
});
