import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert, type LeadAccepted, LeadOutcome } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
import { register } from 'prom-client';
import type { Away, Reading, Refused } from './destination.ts';
import type { Suspect } from './lanes/whose-fault.ts';
import { claimLanes } from './lanes/leases.ts';
import { lead, startDeliverySchema, type DeliverySchema } from './testing/delivery-schema.ts';
import { type RunningLane, runLane } from './testing/running-lane.ts';
import { type TestBehaviour, TestDestination, recordOf, written } from './testing/test-destination.ts';

const REMEDY = { what: 'It went so.', remedy: 'Do this.' };
const PASSING: Away = { kind: 'away', reason: { cause: 'passing', ...REMEDY } };
const OUTDATED: Reading = { kind: 'outdated', reason: { cause: 'outdated', ...REMEDY } };
const UNCLEAR: Reading = { kind: 'unclear', reason: { cause: 'unclear', ...REMEDY } };
const BROKEN = refused('connection', 'role-missing');
const REFUSED = refused('lead', 'too-long');
const IN_DOUBT: Refused = { ...REFUSED, isDoubtful: true };
const taken = (leadId: string): Reading => ({
  ...UNCLEAR,
  taken: { refused: refused('rule', 'taken'), record: recordOf(leadId) },
});
const throttled = (waitMs: number): Reading => ({
  kind: 'throttled',
  waitMs,
  reason: { cause: 'throttled', ...REMEDY },
});

function refused(suspect: Suspect, cause: string): Refused {
  return { kind: 'refused', suspect, signature: cause, reason: { cause, ...REMEDY } };
}

let schema: DeliverySchema;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.begin();
});

/** A lane under way. */
interface Walk {
  destination: TestDestination;
  running: RunningLane;
  /** Every line of the log. */
  logged: string[];
  leads: LeadAccepted[];
}

interface Case {
  leads?: number;
  behaviour?: (leads: LeadAccepted[]) => TestBehaviour;
  /** What fails of the log. */
  failingLog?: 'info';
  before?: (leads: LeadAccepted[]) => Promise<unknown>;
  /** What happens once the first request is in flight. */
  during?: (walk: Walk) => Promise<unknown>;
  /** What is told of leads, as `outcome` or `outcome cause`, sorted, with the attempts so far. */
  told: string[];
  alerts?: string[];
  /** How many leads each request carried, in order. */
  requests?: number[];
  /** How many records each look was for, in order. */
  looks?: number[];
  /** Whether the lane goes on at full pace, is held, or feels its way with one request at a time. */
  pace?: 'full' | 'held' | 'one at a time';
  broken?: string;
  logs?: RegExp;
}

/** The n-th request is answered by the n-th reading for all leads in it, later ones by the last. */
const answers =
  (...readings: (Reading | 'written')[]) =>
  (leadIds: readonly string[], request: number): Reading[] => {
    const reading = readings[Math.min(request, readings.length) - 1] ?? 'written';
    return leadIds.map((id) => (reading === 'written' ? written(id) : reading));
  };

/** Throws the first time or times, and then does as it is told. */
function failingOnce<Arguments extends unknown[], Result>(
  then: (...given: Arguments) => Result,
  times = 1,
): (...given: Arguments) => Result {
  let failed = 0;
  return (...given) => {
    if (failed === times) return then(...given);
    failed += 1;
    throw new TypeError('a defect of ours');
  };
}

async function outbox<Event>(topic: string, parse: (value: unknown) => Event): Promise<Event[]> {
  const rows = await schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', topic)
    .orderBy('id')
    .execute();
  return rows.map(({ value }) => parse(JSON.parse(value)));
}

function alerts(): Promise<string[]> {
  return outbox('alerts.v1', (value) => Alert.parse(value).kind);
}

async function told(): Promise<string[]> {
  const outcomes = await outbox('leads.outcomes.v1', (value) => LeadOutcome.parse(value));
  return outcomes
    .map((one) => {
      const how = 'reason' in one ? ` ${one.reason.cause}` : one.foundThere ? ' there' : '';
      return `${one.outcome}${how} ${one.attempts}`;
    })
    .sort();
}

/** Holds back the answer to the first request until it is let go. */
function gate(): { answer: NonNullable<TestBehaviour['answer']>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { answer: async (ids) => promise.then(() => ids.map(written)), open: resolve };
}

const held = gate();
const lost = gate();

const cases: Record<string, Case> = {
  'written: told once': { told: ['written 1'], requests: [1], pace: 'full' },
  'not to be sent: dead at once without an attempt, which alarms nobody and delays none of the others': {
    leads: 3,
    behaviour: ([, second]) => ({ withheld: (leadId) => leadId === second?.leadId }),
    told: ['dead withheld 0', 'written 1', 'written 1'],
    pace: 'full',
  },
  'none to be sent: dead, and nothing is asked of the destination': {
    leads: 2,
    behaviour: () => ({
      withheld: () => true,
      refusal: () => {
        throw new TypeError('asked');
      },
    }),
    told: ['dead withheld 0', 'dead withheld 0'],
    requests: [],
    pace: 'full',
  },
  'unclear, and a look shows the record: written, and not sent again': {
    behaviour: () => ({ answer: answers(UNCLEAR), look: (ids) => ids }),
    told: ['deferred unclear 1', 'written there 2'],
    requests: [1],
    looks: [1],
  },
  'unclear, and the record is not there: sent again': {
    behaviour: () => ({ answer: answers(UNCLEAR, 'written') }),
    told: ['deferred unclear 1', 'written 2'],
    requests: [1, 1],
    looks: [1],
  },
  'unclear, and nothing can be seen: not sent again': {
    behaviour: () => ({ answer: answers(UNCLEAR), look: () => ({ kind: 'failed', reading: PASSING }) }),
    told: ['deferred passing 2', 'deferred unclear 1'],
    requests: [1],
  },
  'taken, by itself as a look shows: written': {
    behaviour: () => ({ answer: (ids) => ids.map(taken), look: (ids) => ids }),
    told: ['written there 1'],
    looks: [1],
  },
  'taken, and the record is not there: refused so, and nothing is written on a guess': {
    behaviour: () => ({ answer: (ids) => ids.map(taken) }),
    told: ['deferred taken 1'],
    looks: [1],
  },
  'taken, where nobody may look: refused so': {
    behaviour: () => ({ answer: (ids) => ids.map(taken), look: () => ({ kind: 'forbidden' }) }),
    told: ['deferred taken 1'],
  },
  'unclear and then taken, where nobody may look: written': {
    behaviour: () => ({
      answer: (ids, request) => (request === 1 ? ids.map(() => UNCLEAR) : ids.map(taken)),
      look: () => ({ kind: 'forbidden' }),
    }),
    told: ['deferred unclear 1', 'written there 2'],
  },
  'a passing failure: tried again after a back-off, and nobody is alarmed': {
    behaviour: () => ({ answer: answers(PASSING, 'written') }),
    told: ['deferred passing 1', 'written 2'],
    pace: 'full',
  },
  'a passing failure of a destination that was told to be away: told again, and over with the first that is written':
    {
      before: () => sql`update lanes set away_since = now() - interval '1 hour'`.execute(schema.database),
      behaviour: () => ({ answer: answers(PASSING, UNCLEAR, 'written') }),
      told: ['deferred passing 1', 'deferred unclear 2', 'written 3'],
      alerts: ['connection-failing', 'connection-restored'],
    },
  'passing failures in a row: one request at a time, with pauses': {
    behaviour: () => ({ answer: answers(PASSING) }),
    during: ({ destination }) =>
      eventually(() => expect(destination.requests.length).toBeGreaterThanOrEqual(3), { timeoutMs: 20_000 }),
    // The same cause again is told with the others of its hour.
    told: ['deferred passing 1'],
    pace: 'held',
  },
  'throttled: waits, and it was no attempt': {
    behaviour: () => ({ answer: answers(throttled(300), 'written') }),
    told: ['deferred throttled 0', 'written 1'],
    requests: [1, 1],
  },
  'refused, with a time to stay away: judged as any refusal, and nothing is sent before': {
    behaviour: () => ({ answer: answers({ ...BROKEN, waitMs: 3_600_000 }) }),
    leads: 2,
    told: ['deferred role-missing 1', 'deferred role-missing 1'],
    requests: [1, 1],
    pace: 'held',
  },
  'a backlog that is refused as a whole, with a time to stay away: not sent apart': {
    leads: 3,
    behaviour: () => ({
      mostInFlight: 1,
      mostInRequest: 10,
      answer: () => [{ ...BROKEN, waitMs: 3_600_000 }],
    }),
    told: ['deferred role-missing 1', 'deferred role-missing 1', 'deferred role-missing 1'],
    requests: [3],
    pace: 'held',
  },
  'throttled for ever: the wait is the longest wait, and a save ends it': {
    behaviour: () => ({ answer: answers(throttled(10 ** 12), 'written') }),
    during: async ({ running: { lane } }) => {
      await eventually(async () => expect(await told()).toEqual(['deferred throttled 0']));
      const { due_at: dueAt } = await schema.database
        .selectFrom('deliveries')
        .select('due_at')
        .executeTakeFirstOrThrow();
      for (const ms of [lane.pace.askedMs(Date.now()), dueAt.getTime() - Date.now()]) {
        expect(ms).toBeGreaterThan(3_540_000);
        expect(ms).toBeLessThanOrEqual(3_600_000);
      }
      await sql`update deliveries set due_at = now()`.execute(schema.database);
      lane.refresh({ url: lane.url, secretVersion: 1, version: 2 });
    },
    told: ['deferred throttled 0', 'written 1'],
  },
  'refused once by what every lead needs: tried again, and nobody is alarmed': {
    behaviour: () => ({ answer: answers(BROKEN, 'written') }),
    told: ['deferred role-missing 1', 'written 2'],
    pace: 'full',
  },
  'not ready for another cause: the reason is replaced, and told': {
    behaviour: () => {
      let asked = 0;
      return { refusal: () => ((asked += 1) < 2 ? BROKEN : refused('connection', 'user-disabled')) };
    },
    told: [],
    alerts: ['connection-failing', 'connection-failing'],
    pace: 'held',
    broken: 'user-disabled',
    logs: /the connection is broken/,
  },
  'broken and then a lead refused for itself: the connection works': {
    behaviour: () => {
      let asked = 0;
      return { refusal: () => ((asked += 1) < 2 ? BROKEN : undefined), answer: answers(REFUSED) };
    },
    told: ['dead too-long 2', 'deferred too-long 1'],
    alerts: ['connection-failing', 'connection-restored', 'connection-warning'],
    logs: /the connection works again/,
  },
  'refused for itself: tried once more, then dead with its reason, and the lane goes on': {
    behaviour: () => ({ answer: answers(REFUSED) }),
    told: ['dead too-long 2', 'deferred too-long 1'],
    alerts: ['connection-warning'],
  },
  'refused and in doubt, and the second look agrees: dead': {
    behaviour: () => ({ answer: answers(IN_DOUBT), reconsider: (readings) => Promise.resolve(readings) }),
    told: ['dead too-long 2', 'deferred too-long 1'],
    alerts: ['connection-warning'],
  },
  'refused and in doubt, and the second look knows better: sent again': {
    behaviour: () => ({
      answer: answers(IN_DOUBT, 'written'),
      reconsider: (readings) => Promise.resolve(readings.map(() => OUTDATED)),
    }),
    told: ['deferred outdated 1', 'written 2'],
  },
  'a backlog: one request': {
    leads: 20,
    behaviour: () => ({ mostInRequest: 100 }),
    told: Array<string>(20).fill('written 1'),
    requests: [20],
  },
  'a backlog with one lead that is refused: that one is dead, the others are written at once': {
    leads: 20,
    behaviour: ([bad]) => ({
      mostInRequest: 100,
      answer: (ids, request) =>
        request === 1 ? [REFUSED] : ids.map((id) => (id === bad?.leadId ? REFUSED : written(id))),
    }),
    told: ['dead too-long 2', 'deferred too-long 1', ...Array<string>(19).fill('written 1')],
    alerts: ['connection-warning'],
    requests: [20, 20, 1],
  },
  'a backlog that is refused as a whole for one lead, whichever way: halved down to that one': {
    leads: 16,
    behaviour: ([bad]) => ({
      mostInRequest: 100,
      answer: (ids) =>
        !ids.includes(bad?.leadId ?? '') ? ids.map(written) : [refused('unknown', 'too-large')],
    }),
    told: ['deferred too-large 1', ...Array<string>(15).fill('written 1')],
    requests: [16, 16, 8, 4, 2, 1, 1, 2, 4, 8],
  },
  'a backlog of which something is there already: that is written, and the others are sent': {
    leads: 20,
    behaviour: ([there]) => ({
      mostInRequest: 100,
      answer: (ids, request) => (request === 1 ? [taken(ids[0] ?? '')] : ids.map(written)),
      look: () => [there?.leadId ?? ''],
    }),
    told: [...Array<string>(19).fill('written 1'), 'written there 1'],
    requests: [20, 19],
    looks: [20],
  },
  'a backlog whose request fails as a whole: all are tried again': {
    leads: 20,
    behaviour: () => ({
      mostInRequest: 100,
      answer: (ids, request) => (request === 1 ? [PASSING] : ids.map(written)),
    }),
    told: [...Array<string>(20).fill('deferred passing 1'), ...Array<string>(20).fill('written 2')],
  },
  'a backlog whose request is throttled as a whole: it is not sent apart': {
    leads: 20,
    behaviour: () => ({
      mostInRequest: 100,
      answer: (ids, request) => (request === 1 ? [throttled(60_000)] : ids.map(written)),
    }),
    told: Array<string>(20).fill('deferred throttled 0'),
    requests: [20],
    pace: 'held',
  },
  'a backlog whose answer was cut off: what has no answer is looked up and sent again': {
    leads: 20,
    behaviour: () => ({
      mostInRequest: 100,
      answer: (ids, request) => ids.slice(0, request === 1 ? 15 : ids.length).map(written),
    }),
    told: [
      ...Array<string>(5).fill('deferred no-answer 1'),
      ...Array<string>(15).fill('written 1'),
      ...Array<string>(5).fill('written 2'),
    ],
  },
  'a throw in mapping: that lead waits, the others are written': {
    leads: 20,
    behaviour: ([bad]) => ({
      mostInRequest: 100,
      map: ({ accepted: { leadId }, attempts }) => {
        if (leadId === bad?.leadId && attempts === 0) throw new TypeError('a defect of ours');
        return leadId;
      },
    }),
    told: ['deferred defect 1', ...Array<string>(19).fill('written 1'), 'written 2'],
    pace: 'full',
    logs: /a defect: leads could not be handled/,
  },
  'a throw in sending: the leads wait': {
    leads: 3,
    behaviour: () => ({ answer: failingOnce(answers('written')) }),
    told: ['deferred defect 1', 'written 1', 'written 1', 'written 2'],
    pace: 'full',
    logs: /a defect: leads could not be handled/,
  },
  'a throw in judging: that lead waits': {
    leads: 3,
    behaviour: () => ({ judge: failingOnce((answer: Reading) => answer) }),
    told: ['deferred defect 1', 'written 1', 'written 1', 'written 2'],
    pace: 'full',
    logs: /a defect: leads could not be handled/,
  },
  'throws in a row: the pace learns nothing from defects': {
    leads: 4,
    behaviour: () => ({ judge: failingOnce((answer: Reading) => answer, 4) }),
    during: async ({ running: { lane } }) => {
      await eventually(async () => expect(await told()).toContainEqual('deferred defect 1'));
      await eventually(() => expect(lane.pace.inFlight).toBe(0));
      expect([lane.pace.cautious, lane.pace.holdMs(Date.now())]).toEqual([false, 0]);
    },
    told: [...Array<string>(4).fill('deferred defect 1'), ...Array<string>(4).fill('written 2')],
    logs: /a defect: leads could not be handled/,
  },
  'a throw in the second look: the leads in doubt wait': {
    behaviour: () => ({
      answer: answers(IN_DOUBT, 'written'),
      reconsider: failingOnce((readings: Refused[]) => Promise.resolve(readings)),
    }),
    told: ['deferred defect 1', 'written 2'],
    logs: /a defect: leads could not be handled/,
  },
  'a throw in logging: the lead is written all the same': {
    failingLog: 'info',
    told: ['written 1'],
    logs: /a line could not be logged/,
  },
  'a throw in making ready: the lane stands still for a moment': {
    behaviour: () => ({ refusal: failingOnce((): undefined => undefined) }),
    told: ['written 1'],
    requests: [1],
    logs: /nothing could be made ready to send/,
  },
  'not ready, since the connection is broken: no attempt, one alert, and written once it is mended': {
    behaviour: () => {
      let asked = 0;
      return { refusal: () => ((asked += 1) < 3 ? BROKEN : undefined) };
    },
    told: ['written 1'],
    requests: [1],
    alerts: ['connection-failing', 'connection-restored'],
  },
  'not ready yet: looked for again when it is said to be there, however often; no attempt, no alert': {
    behaviour: () => {
      let asked = 0;
      return { missing: () => ((asked += 1) < 10 ? 20 : undefined) };
    },
    told: ['written 1'],
    requests: [1],
    pace: 'full',
    logs: /the lane cannot send yet/,
  },
  'a row that cannot be read: put aside, and the others are written': {
    leads: 3,
    before: ([bad]) =>
      sql`update deliveries set accepted = '{"lead":' where lead_id = ${bad?.leadId}`.execute(
        schema.database,
      ),
    told: ['dead undecodable 0', 'written 1', 'written 1'],
    alerts: ['record-quarantined'],
    logs: /leads could not be read; what was kept of them is in the table undecodable/,
  },
  'the lease lost in mid-flight: nothing is written down': {
    behaviour: () => ({ answer: lost.answer }),
    during: async ({ running }) => {
      await schema.claim('somebody else');
      running.lane.end();
      lost.open();
      await running.drained;
    },
    told: [],
  },
  'the end of the writer in mid-flight: what is answered is written down': {
    behaviour: () => ({ answer: held.answer }),
    during: async ({ running }) => {
      running.lane.end();
      held.open();
      await running.drained;
    },
    told: ['written 1'],
  },
  'cut off in mid-flight: unclear, so it is sent again': {
    behaviour: () => ({ answer: () => new Promise(() => undefined) }),
    during: async ({ running }) => {
      running.lane.end();
      running.abort();
      await running.drained;
    },
    told: ['deferred cut-off 1'],
  },
  'the end cannot be written down: the lead is sent again': {
    before: () => sql`alter table outbox rename to away`.execute(schema.database),
    during: async ({ logged }) => {
      await eventually(() => expect(logged.join()).toMatch(/what became of leads could not be written down/));
      await sql`alter table away rename to outbox`.execute(schema.database);
    },
    told: ['written 1'],
  },
};

describe('what becomes of a lead', () => {
  test.each(Object.entries(cases))('%s', async (_name, one) => {
    const leads = Array.from({ length: one.leads ?? 1 }, () => lead());
    await schema.takeIn(...leads);
    await one.before?.(leads);
    const logged: string[] = [];
    const line = (level: string) => (_facts: unknown, message: string) => {
      if (level === one.failingLog) throw new Error('the disk is full');
      logged.push(message);
    };
    const log = { info: line('info'), warn: line('warn'), error: line('error') };
    const destination = new TestDestination(one.behaviour?.(leads));
    const running = await runLane(schema, destination, { log: log as never });
    const { lane } = running;
    try {
      if (one.during) {
        await eventually(() => expect(destination.requests).not.toEqual([]));
        await one.during({ destination, running, logged, leads });
      }
      await eventually(async () => expect(await told()).toEqual(one.told), { timeoutMs: 20_000 });
      await eventually(() => expect(lane.pace.inFlight).toBe(0));
      const sizes = destination.requests.map(({ leadIds }) => leadIds.length);
      await eventually(() => expect(lane.brokenCause).toBe(one.broken ?? null));
      if (one.requests) expect(sizes).toEqual(one.requests);
      if (one.looks) expect(destination.looks.map((leadIds) => leadIds.length)).toEqual(one.looks);
      const now = Date.now();
      const pace = lane.pace.holdMs(now) > 0 ? 'held' : lane.pace.cautious ? 'one at a time' : 'full';
      if (one.pace) expect(pace).toBe(one.pace);
    } finally {
      await running.stop();
    }
    expect(await alerts()).toEqual(one.alerts ?? []);
    if (one.logs) expect(logged.join('\n')).toMatch(one.logs);
    expect(logged.join('\n')).not.toMatch(/database failed/);
  });
});

test('what is refused to every lead alike is the connection’s: none is dead, one alert, and the first pass wakes all', async () => {
  await schema.takeIn(lead(), lead(), lead(), lead());
  let isMended = false;
  const destination = new TestDestination({
    answer: (ids) => (isMended ? ids.map(written) : ids.map(() => BROKEN)),
  });
  const running = await runLane(schema, destination);
  try {
    await eventually(() => expect(running.lane.brokenCause).toBe('role-missing'), { timeoutMs: 30_000 });
    isMended = true;
    running.lane.probe();
    await eventually(
      async () => expect((await told()).filter((one) => one.startsWith('written'))).toHaveLength(4),
      { timeoutMs: 20_000 },
    );
  } finally {
    await running.stop();
  }
  expect((await told()).filter((one) => one.startsWith('dead'))).toEqual([]);
  expect(await alerts()).toEqual(['connection-failing', 'connection-restored']);
});

test('a breaker that a rule opened closes once the last lead behind it is dead, and is told so', async () => {
  const [mine, theirs] = ['rule', 'connection'].map((suspect) =>
    JSON.stringify({ cause: 'before', ...REMEDY, suspect }),
  );
  await sql`update lanes set broken = ${mine}`.execute(schema.database);
  await schema.takeIn(lead());
  const running = await runLane(schema, new TestDestination({ answer: answers(REFUSED) }));
  try {
    await eventually(() => expect(running.lane.brokenCause).toBeNull(), { timeoutMs: 20_000 });
  } finally {
    await running.stop();
  }
  expect(await told()).toEqual(['dead too-long 2', 'deferred too-long 1']);
  expect(await alerts()).toEqual(['connection-warning', 'connection-restored']);

  // What every lead needs is broken until it is seen to work, though nobody waits.
  await sql`update lanes set broken = ${theirs}`.execute(schema.database);
  let looks = 0;
  const refusal = (): undefined => void (looks += 1);
  const next = await runLane(schema, new TestDestination({ refusal }));
  const { url, secretVersion } = next.lane;
  next.lane.refresh({ url, secretVersion, version: 2 });
  await eventually(() => expect(looks).toBe(1));
  await next.stop();
  expect(next.lane.brokenCause).toBe('before');
});

test('a lead that is refused for itself delays none of the others, and alarms nobody', async () => {
  const bad = lead();
  await schema.takeIn(bad);
  const destination = new TestDestination({
    answer: (ids) =>
      ids.map((id) => (id === bad.leadId ? refused('connection', 'role-missing') : written(id))),
  });
  const running = await runLane(schema, destination);
  try {
    const tookMs: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      const good = lead();
      const takenInAt = performance.now();
      await schema.takeIn(good);
      await eventually(async () =>
        expect((await told()).filter((one) => one.startsWith('written'))).toHaveLength(count + 1),
      );
      tookMs.push(performance.now() - takenInAt);
    }
    // Those that would wait for the refused one are few: the others show how quick the machine is.
    const usualMs = tookMs.toSorted((one, other) => one - other)[6] ?? NaN;
    expect(Math.max(...tookMs)).toBeLessThan(2_500 + 5 * usualMs);
  } finally {
    await running.stop();
  }
  expect(await alerts()).toEqual([]);
});

test('a fresh lead finds out that the destination is back, and wakes what waits', async () => {
  await schema.takeIn(lead());
  let isAway = true;
  const destination = new TestDestination({
    answer: (ids) => (isAway ? ids.map(() => PASSING) : ids.map(written)),
  });
  const running = await runLane(schema, destination);
  try {
    await eventually(() => expect(running.lane.pace.cautious).toBe(true), { timeoutMs: 20_000 });
    running.lane.pace.hold(600_000, Date.now());
    await sql`update deliveries set due_at = now() + interval '10 minutes'`.execute(schema.database);
    isAway = false;
    await schema.takeIn(lead());
    await eventually(
      async () => expect((await told()).filter((one) => one.startsWith('written'))).toHaveLength(2),
      { timeoutMs: 5_000 },
    );
  } finally {
    await running.stop();
  }
});

test('a lone lead whose request hangs is cut off once a question is answered, looked up and sent again', async () => {
  await schema.takeIn(lead());
  const destination = new TestDestination({
    answer: (ids, request) => (request === 1 ? new Promise(() => undefined) : ids.map(written)),
  });
  const running = await runLane(schema, destination);
  try {
    await eventually(async () => expect(await told()).toEqual(['deferred cut-off 1', 'written 2']), {
      timeoutMs: 30_000,
    });
  } finally {
    await running.stop();
  }
  expect(destination.sent).toHaveLength(2);
  expect(destination.looks.length).toBeLessThanOrEqual(5);
}, 45_000);

test('what a writer may have had in flight when it died is looked up by the next', async () => {
  const [there, missing] = [lead(), lead()];
  await schema.takeIn(there, missing);
  await sql`update lanes set owner = 'dead', leased_until = now() - interval '1 minute'`.execute(
    schema.database,
  );
  const destination = new TestDestination({ look: (ids) => ids.filter((id) => id === there.leadId) });
  const [facts] = await claimLanes(schema.database, 'me', 1);
  expect(facts).toBeDefined();
  const running = await runLane(schema, destination);
  try {
    await eventually(async () => expect(await told()).toEqual(['written 1', 'written there 1']));
  } finally {
    await running.stop();
  }
  expect(destination.sent).toEqual([missing.leadId]);
});

test('a request need not wait until it is written down what became of the one before', async () => {
  await schema.takeIn(...Array.from({ length: 12 }, () => lead()));
  const destination = new TestDestination();
  const { promise: slowDatabase, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = schema.database.transaction().execute(async (transaction) => {
    await sql`lock table outbox in access exclusive mode`.execute(transaction);
    locked.resolve();
    await slowDatabase;
  });
  await locked.promise;
  const running = await runLane(schema, destination);
  try {
    // A lane that nobody wakes looks every five seconds: it would need two looks for the last eight.
    await eventually(() => expect(new Set(destination.sent).size).toBe(12), { timeoutMs: 9_000 });
  } finally {
    resolve();
    await holding;
    await running.stop();
  }
  expect(await told()).toEqual(Array(12).fill('written 1'));
});

describe('requests', () => {
  async function metric(name: string): Promise<number> {
    const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {};
    return values[0]?.value ?? 0;
  }

  test('are in flight until they are answered', async () => {
    const waiting = gate();
    await schema.takeIn(lead(), lead());
    const running = await runLane(schema, new TestDestination({ answer: waiting.answer }));
    await eventually(async () => expect(await metric('writer_requests_in_flight')).toBe(2));
    expect(running.lane.pace.inFlight).toBe(2);
    waiting.open();
    await eventually(async () => expect(await metric('writer_requests_in_flight')).toBe(0));
    await running.stop();
  });

  test('that are throttled, whole or in some of their leads, are counted once each, others are not', async () => {
    const before = await metric('writer_throttled_total');
    await schema.takeIn(...Array.from({ length: 9 }, () => lead()));
    const destination = new TestDestination({
      mostInRequest: 100,
      answer: (ids, request) => (request > 1 ? ids.map(written) : ids.map(() => throttled(50))),
    });
    const running = await runLane(schema, destination);
    await eventually(async () => expect(await told()).toContain('written 1'));
    await running.stop();
    expect(await metric('writer_throttled_total')).toBe(before + 1);
  });
});
