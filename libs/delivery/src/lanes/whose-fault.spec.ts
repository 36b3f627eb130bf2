import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Evidence, type Fault, type Refusal, type Suspect, TRIES, type Tried } from './whose-fault.ts';

const SUSPECTS: Suspect[] = ['nobody', 'lead', 'rule', 'connection', 'unknown'];
const privilege: Refusal = { suspect: 'rule', signature: 'privilege:prvReadnew_segment' };
const disabled: Refusal = { suspect: 'connection', signature: 'user-disabled' };

function fresh(leadId: string): Tried {
  return { leadId, strikes: 0, signature: undefined };
}

/** Refuses one lead again and again, with `between` before each next try, until it is somebody's fault. */
function refuseUntilDecided(
  evidence: Evidence,
  refusal: Refusal,
  between: () => void,
): { fault: Fault; tries: number; tookMs: number } {
  let tried = fresh('poison');
  for (let tries = 1, now = 0; ; tries += 1) {
    const [fault] = evidence.judge({ passed: 0, refused: [{ tried, refusal }] }, now, 0.5);
    if (fault?.of !== 'nobody') return { fault: fault as Fault, tries, tookMs: now };
    tried = { ...tried, strikes: fault.strikes, signature: refusal.signature };
    now += fault.afterMs;
    between();
  }
}

/** Refuses so many leads alike, in turn and each after its pause, with nothing passing. @returns whose fault that was in the end */
function refuseAll(evidence: Evidence, refusal: Refusal, leads: number): Set<string> {
  const waiting = Array.from({ length: leads }, (_, lead) => ({
    tried: fresh(`left ${lead}`),
    dueAt: lead * 400,
  }));
  const faults = new Set<string>();
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.dueAt - b.dueAt);
    const [next] = waiting.splice(0, 1) as [(typeof waiting)[number]];
    const [fault] = evidence.judge({ passed: 0, refused: [{ tried: next.tried, refusal }] }, next.dueAt, 0.5);
    if (fault?.of === 'nobody') {
      const { strikes, afterMs } = fault;
      waiting.push({
        tried: { ...next.tried, strikes, signature: refusal.signature },
        dueAt: next.dueAt + afterMs,
      });
    } else faults.add(fault?.of === 'lead' && fault.amongOthers ? 'lead, among others' : String(fault?.of));
  }
  return faults;
}

describe('whose fault a refusal is', () => {
  it.each(SUSPECTS)('once, it is nobody’s (%s)', (suspect) => {
    const [fault] = new Evidence().judge(
      { passed: 0, refused: [{ tried: fresh('a'), refusal: { suspect, signature: 'x' } }] },
      0,
      0.5,
    );
    expect(fault).toMatchObject({ of: 'nobody', strikes: 1 });
  });

  it.each(SUSPECTS)(
    'of one lead among others that pass, it is that lead’s, within its stated tries (%s)',
    (suspect) => {
      const evidence = new Evidence();
      const { fault, tries } = refuseUntilDecided(evidence, { suspect, signature: 'x' }, () =>
        evidence.judge({ passed: 1, refused: [] }, 0, 0.5),
      );
      expect(fault).toEqual({ of: 'lead', amongOthers: true });
      expect(tries).toBe(TRIES[suspect].tries);
    },
  );

  it('of one lead in a request that others passed in, it is that lead’s among others', () => {
    const evidence = new Evidence();
    const refused = [{ tried: fresh('a'), refusal: { suspect: 'lead', signature: 'x' } as const }];
    evidence.judge({ passed: 19, refused }, 0, 0.5);
    const again = [{ ...refused[0], tried: { ...fresh('a'), strikes: 1, signature: 'x' } }] as typeof refused;
    expect(evidence.judge({ passed: 0, refused: again }, 2_000, 0.5)).toEqual([
      { of: 'lead', amongOthers: true },
    ]);
  });

  it.each(['nobody', 'connection', 'unknown'] as const)(
    'of a lead that comes alone, and of which nothing speaks, it is the connection’s (%s)',
    (suspect) => {
      const { fault, tries } = refuseUntilDecided(
        new Evidence(),
        { suspect, signature: 'x' },
        () => undefined,
      );
      expect(fault).toEqual({ of: 'connection' });
      expect(tries).toBeLessThanOrEqual(TRIES[suspect].tries);
    },
  );

  it.each(['lead', 'rule'] as const)(
    'of a lead that comes alone, and of which it speaks, it is the lead’s after its stated tries and time (%s)',
    (suspect) => {
      const { fault, tries, tookMs } = refuseUntilDecided(
        new Evidence(),
        { suspect, signature: 'x' },
        () => undefined,
      );
      expect(fault).toEqual({ of: 'lead', amongOthers: false });
      expect(tries).toBe(TRIES[suspect].tries);
      expect(tookMs).toBeGreaterThanOrEqual(TRIES[suspect].aloneMs);
    },
  );

  it('of a rule to a lead that comes alone, it is the lead’s after the time that operators have set', () => {
    const rule: Refusal = { suspect: 'rule', signature: 'x' };
    const { fault, tookMs } = refuseUntilDecided(new Evidence([], 3_600_000), rule, () => undefined);
    expect(fault).toEqual({ of: 'lead', amongOthers: false });
    expect(tookMs).toBe(3_600_000);
  });

  it.each(SUSPECTS)('of all leads alike, it is the connection’s (%s)', (suspect) => {
    const evidence = new Evidence();
    const faults: Fault[] = [];
    for (let at = 0; at < 12; at += 1) {
      const refused = [{ tried: fresh(`lead ${at}`), refusal: { suspect, signature: 'x' } }];
      faults.push(...evidence.judge({ passed: 0, refused }, at * 2_000, 0.5));
    }
    expect(faults.at(-1)).toEqual({ of: 'connection' });
    expect(faults.filter(({ of }) => of === 'lead')).toEqual([]);
  });

  it('a hundred leads that are refused in one moment are refused once', () => {
    const refused = Array.from({ length: 100 }, (_, index) => ({
      tried: fresh(`${index}`),
      refusal: privilege,
    }));
    const faults = new Evidence().judge({ passed: 0, refused }, 0, 0.5);
    expect(new Set(faults.map(({ of }) => of))).toEqual(new Set(['nobody']));
  });

  it('sixteen requests that are refused within a second are a hiccup', () => {
    const evidence = new Evidence();
    const faults = Array.from({ length: 16 }, (_, index) =>
      evidence.judge(
        { passed: 0, refused: [{ tried: fresh(`${index}`), refusal: privilege }] },
        index * 50,
        0.5,
      ),
    ).flat();
    expect(new Set(faults.map(({ of }) => of))).toEqual(new Set(['nobody']));
  });

  it('a lead that others overtook is no witness against the connection any more', () => {
    const evidence = new Evidence();
    const { fault } = refuseUntilDecided(evidence, privilege, () =>
      evidence.judge({ passed: 1, refused: [] }, 0, 0.5),
    );
    expect(fault).toMatchObject({ of: 'lead' });
    expect(evidence.isSuspicious).toBe(false);
  });

  it('of a rule that some leads met while others passed, it is theirs though only such are left, as whoever has the lane next knows', () => {
    const former = new Evidence();
    refuseUntilDecided(former, privilege, () => former.judge({ passed: 1, refused: [] }, 0, 0.5));
    const kept = former.learned() ?? [];
    expect(kept.map(({ signature }) => signature)).toEqual([privilege.signature]);
    expect(former.learned()).toBeUndefined();
    expect(refuseAll(new Evidence(kept), privilege, 20)).toEqual(new Set(['lead, among others']));
    expect(refuseAll(new Evidence(), privilege, 20)).toContain('connection');
    const old = kept.map((one) => ({ ...one, at: -8 * 24 * 3_600_000 }));
    expect(refuseAll(new Evidence(old), privilege, 20)).toContain('connection');
  });

  it('of a rule that some leads met while others passed, it is the connection’s once very many meet it in a row', () => {
    const known = [{ signature: privilege.signature, at: 0 }];
    expect(refuseAll(new Evidence(known), privilege, 100)).toEqual(new Set(['connection']));
  });

  it.each(['nobody', 'connection', 'unknown'] as const)(
    'of what speaks of no lead, nothing is known for next time (%s)',
    (suspect) => {
      const evidence = new Evidence();
      refuseUntilDecided(evidence, { suspect, signature: 'x' }, () =>
        evidence.judge({ passed: 1, refused: [] }, 0, 0.5),
      );
      expect(evidence.learned()).toBeUndefined();
    },
  );

  it('of a lead that was refused under a former holder of its lane, it is the lead’s where others passed since', () => {
    const evidence = new Evidence();
    evidence.judge({ passed: 1, refused: [] }, 0, 0.5);
    const tried = { leadId: 'a', strikes: 3, signature: privilege.signature };
    expect(evidence.judge({ passed: 0, refused: [{ tried, refusal: privilege }] }, 1_000, 0.5)).toEqual([
      { of: 'lead', amongOthers: true },
    ]);
  });

  it('an outage that is mended and comes again does not kill the lead that met both', () => {
    const evidence = new Evidence();
    const refused = [
      { tried: { leadId: 'a', strikes: 3, signature: disabled.signature }, refusal: disabled },
    ];
    evidence.judge({ passed: 0, refused }, 0, 0.5);
    evidence.judge({ passed: 1, refused: [] }, 10, 0.5);
    for (const now of [20_000, 40_000, 60_000, 80_000]) {
      const [fault] = evidence.judge({ passed: 0, refused }, now, 0.5);
      expect(fault?.of).not.toBe('lead');
    }
  });
});

/** A lane in virtual time: arrivals, one request a lead, retries after the pauses, probes while it is broken. */
interface World {
  /** What a try of this lead at this time is answered: nothing where it passes. */
  answer: (lead: number, now: number, tries: number) => Refusal | undefined;
  leads: number;
  everyMs: number;
}

interface Course {
  passedAfter: Map<number, number>;
  dead: Map<number, Death>;
  turns: number;
}

/** How a lead came to be dead. */
interface Death {
  suspect: Suspect;
  tries: number;
  /** Since it was refused first, in milliseconds. */
  afterMs: number;
  /** How many others passed in that time. */
  others: number;
}

const ROUND_TRIP_MS = 25;

function run({ answer, leads, everyMs }: World, random: () => number): Course {
  const evidence = new Evidence();
  const course: Course = { passedAfter: new Map(), dead: new Map(), turns: 0 };
  const waiting = new Map<
    number,
    Tried & { dueAt: number; tries: number; firstAt?: number; passes?: number }
  >();
  let broken = false;
  let holdUntil = 0;
  let probes = 0;
  let arrived = 0;
  const ends = leads * everyMs + 4 * 60 * 60_000;
  for (let now = 0; now < ends && (arrived < leads || waiting.size > 0); now += ROUND_TRIP_MS) {
    while (arrived < leads && arrived * everyMs <= now) {
      waiting.set(arrived, { ...fresh(String(arrived)), dueAt: now, tries: 0 });
      arrived += 1;
    }
    if (now < holdUntil) continue;
    const due = [...waiting].filter(([, lead]) => lead.dueAt <= now);
    // What was never tried is the best probe: it may be of another kind than what is refused.
    due.sort(([, a], [, b]) => Number(a.tries > 0) - Number(b.tries > 0) || a.dueAt - b.dueAt);
    for (const [lead, tried] of due.slice(0, broken || evidence.isSuspicious ? 1 : 4)) {
      const refusal = answer(lead, now, tried.tries);
      tried.tries += 1;
      if (!refusal) {
        evidence.judge({ passed: 1, refused: [] }, now, random());
        course.passedAfter.set(lead, now - lead * everyMs);
        waiting.delete(lead);
        if (broken) course.turns += 1;
        broken = false;
        probes = 0;
        continue;
      }
      const { firstAt, passes } = Object.assign(tried, {
        firstAt: tried.firstAt ?? now,
        passes: tried.passes ?? course.passedAfter.size,
      });
      const [fault] = evidence.judge({ passed: 0, refused: [{ tried, refusal }] }, now, random());
      if (fault?.of === 'lead') {
        const others = course.passedAfter.size - passes;
        course.dead.set(lead, {
          suspect: refusal.suspect,
          tries: tried.tries,
          afterMs: now - firstAt,
          others,
        });
        waiting.delete(lead);
      } else if (fault?.of === 'nobody') {
        tried.dueAt = now + fault.afterMs;
        tried.strikes = fault.strikes;
        tried.signature = refusal.signature;
      } else {
        tried.strikes = 0;
        if (!broken) course.turns += 1;
        broken = true;
        probes += 1;
        holdUntil = now + Math.min(60_000, 1_000 * 2 ** probes);
      }
    }
  }
  return course;
}

const refusal = fc.record({
  suspect: fc.constantFrom(...SUSPECTS),
  signature: fc.constantFrom('a', 'b', 'c'),
});

describe('a lane whose leads are refused now and then', () => {
  it('kills what is refused for itself, delays nobody else, and never turns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 2_000 }),
        fc.integer({ min: 20, max: 50 }),
        fc.array(refusal, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (everyMs, oneIn, refusals, randoms) => {
          const isPoison = (lead: number): boolean => lead % oneIn === oneIn - 1;
          const leads = 300;
          const course = run(
            {
              leads,
              everyMs,
              answer: (lead) => (isPoison(lead) ? refusals[lead % refusals.length] : undefined),
            },
            () => Number(randoms.next().value),
          );
          const good = Array.from({ length: leads }, (_, lead) => lead).filter((lead) => !isPoison(lead));
          expect(good.filter((lead) => !course.passedAfter.has(lead))).toEqual([]);
          expect([...course.dead.keys()].filter((lead) => !isPoison(lead))).toEqual([]);
          const slow =
            [...course.passedAfter.values()].sort((a, b) => a - b).at(Math.floor(good.length * 0.99)) ?? 0;
          expect(slow).toBeLessThan(1_000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('kills nothing that a second try would have taken', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 5_000 }),
        fc.array(fc.option(refusal, { freq: 3, nil: undefined }), { minLength: 1, maxLength: 30 }),
        (everyMs, first) => {
          const course = run(
            {
              leads: 200,
              everyMs,
              answer: (lead, _now, tries) => (tries === 0 ? first[lead % first.length] : undefined),
            },
            () => 0.5,
          );
          expect(course.dead.size).toBe(0);
          expect(course.passedAfter.size).toBe(200);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('turns twice at most for an outage, loses nothing to it, and still kills what is refused for itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 3_000 }),
        fc.integer({ min: 1_000, max: 200_000 }),
        fc.integer({ min: 1_000, max: 3_600_000 }),
        fc.constantFrom<Suspect>('connection', 'unknown'),
        fc.integer({ min: 25, max: 60 }),
        (everyMs, from, forMs, suspect, oneIn) => {
          const isPoison = (lead: number): boolean => lead % oneIn === oneIn - 1;
          const isOut = (now: number): boolean => now >= from && now < from + forMs;
          const outage: Refusal = { suspect, signature: 'outage' };
          const course = run(
            {
              leads: 300,
              everyMs,
              answer: (lead, now) => (isOut(now) ? outage : isPoison(lead) ? privilege : undefined),
            },
            () => 0.5,
          );
          expect(course.turns).toBeLessThanOrEqual(2);
          expect([...course.dead.keys()].filter((lead) => !isPoison(lead))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('kills a lead only where others passed meanwhile, or it speaks of the lead and its tries and time are over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 120_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.option(refusal, { freq: 4, nil: undefined }), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (everyMs, leads, answers, randoms) => {
          const course = run(
            {
              leads,
              everyMs,
              answer: (lead, now) => answers[(lead + Math.floor(now / 30_000)) % answers.length],
            },
            () => Number(randoms.next().value),
          );
          for (const { suspect, tries, afterMs, others } of course.dead.values()) {
            if (others > 0) continue;
            expect(['lead', 'rule']).toContain(suspect);
            expect(tries).toBeGreaterThanOrEqual(TRIES[suspect].tries);
            expect(afterMs).toBeGreaterThanOrEqual(TRIES[suspect].aloneMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('kills no lead for what is nobody’s, however few come and however long it lasts, and they pass once it is over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 100, max: 600_000 }),
        fc.integer({ min: 1_000, max: 3 * 3_600_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (leads, everyMs, forMs, random) => {
          const sqlIsDown: Refusal = { suspect: 'nobody', signature: 'sql-timeout' };
          const answer = (_lead: number, now: number): Refusal | undefined =>
            now < forMs ? sqlIsDown : undefined;
          const course = run({ leads, everyMs, answer }, () => random);
          expect([...course.dead]).toEqual([]);
          expect(course.passedAfter.size).toBe(leads);
          expect(course.passedAfter.get(0)).toBeLessThan(forMs + 125_000);
        },
      ),
      { numRuns: 40 },
    );
  });
});
