import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { lead, type RunningLane, runInstance, runLane } from '@leads/delivery/testing';
import {
  eventually,
  type Fault,
  type OrganizationSettings,
  type RunningEmulators,
  type SeenRequest,
  startEmulators,
  type Wait,
} from '@leads/testing';
import { sql } from 'kysely';
import { makeOrganization, type Organization } from './testing/organization.ts';
import { drainInto, dynamics, tokensFor } from './testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let emulators: RunningEmulators;

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
});
afterAll(() => Promise.all([schema.close(), emulators.close()]));
beforeEach(async () => {
  await schema.begin();
  await emulators.control.clearFaults();
  await emulators.control.clearWaits();
});

/** Who was asked to wait by this organisation, and came back before. */
async function waits({ host }: Organization): Promise<Pick<Wait, 'requests' | 'refused' | 'early'>> {
  const [asked] = await emulators.control.waits(host);
  return asked ?? { requests: 0, refused: 0, early: 0 };
}

const fault = (fields: Fault): Promise<void> => emulators.control.addFault(fields);

async function untilWritten({ host }: Organization, leads: number): Promise<void> {
  await eventually(async () => expect(await emulators.control.countLeads(host)).toBe(leads), {
    timeoutMs: 30_000,
  });
}

async function trickle(leads: number, everyMs = 100): Promise<void> {
  for (let count = 0; count < leads; count += 1) {
    await schema.takeIn(lead());
    await sql`select pg_notify('writer_lanes', ${`leads:${lead().connectionId}`})`.execute(schema.database);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Who is so late, in milliseconds, stood still. */
const STALLED_MS = 100;

/**
 * Counts how often this process, and with it the lane, stood still. The time counts as execution time of what was
 * under way, and nobody can tell beforehand: it may cost a refusal.
 */
function watchStalls(): { count: () => number; stop: () => void } {
  let count = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > 2 * STALLED_MS) count += 1;
    last = now;
  }, STALLED_MS);
  return { count: () => count, stop: () => clearInterval(timer) };
}

/** A time as HTTP writes dates. */
const inSeconds = (seconds: number): string => new Date(Date.now() + 1_000 * seconds).toUTCString();

/** What came within so many milliseconds of a request that was refused, but for what was under way already. */
async function earlyAfter(
  { host }: Organization,
  ms: number,
  isRefused: (request: SeenRequest) => boolean,
): Promise<string[]> {
  const requests = await emulators.control.requests({ host });
  const refusedAt = Date.parse(requests.find(isRefused)?.at ?? '');
  expect(refusedAt).not.toBeNaN();
  return requests
    .filter(({ at }) => Date.parse(at) > refusedAt + 250 && Date.parse(at) < refusedAt + ms)
    .map(({ method, path }) => `${method} ${path}`);
}

describe('who is asked to wait', () => {
  test.each(['busy-json', 'busy-page', 'busy-empty'] as const)(
    'by a 503 (%s) sends nothing before the time is over',
    async (answer) => {
      const organization = await makeOrganization(emulators);
      await fault({
        host: organization.host,
        match: { path: '/leads' },
        kind: 'intermediary',
        answer,
        retryAfterSeconds: 2,
        times: 1,
      });
      const running = await drainInto(schema, organization);
      try {
        await trickle(15);
        await untilWritten(organization, 15);
        expect(await waits(organization)).toMatchObject({ refused: 1, early: 0 });
      } finally {
        await running.stop();
      }
    },
  );

  test.each<[string, () => Partial<Fault>]>([
    ['a date', () => ({ status: 429, headers: { 'retry-after': inSeconds(4) } })],
    ['no time', () => ({ status: 429, body: '<html>Too many</html>' })],
    [
      'a time for one row of a batch',
      () => ({ kind: 'throttle', retryAfterSeconds: 2, match: { inBatch: true } }),
    ],
  ])('with %s sends nothing before that is over, or a moment has passed', async (_how, answerNow) => {
    const answer = answerNow();
    const organization = await makeOrganization(emulators, { switches: { createMultiple: false } });
    await schema.takeIn(...Array.from({ length: 30 }, () => lead()));
    const inBatch = answer.match?.inBatch ?? false;
    await fault({
      host: organization.host,
      kind: 'status',
      times: 1,
      ...answer,
      match: { pattern: '/(leads|\\$batch)$', body: 'leadid', inBatch },
    });
    const running = await drainInto(schema, organization);
    try {
      await untilWritten(organization, 30);
      expect(
        await earlyAfter(organization, 1_900, ({ status, path, body }) =>
          inBatch ? path.endsWith('$batch') && body.includes('"leadid"') : status === 429,
        ),
      ).toEqual([]);
    } finally {
      await running.stop();
    }
  });

  test.each([
    ['all questions', { path: '$batch', body: 'WhoAmI' }, true],
    ['one question among others', { path: 'RetrieveVersion', inBatch: true }, true],
    ['a question', { pattern: 'RetrieveVersion|WhoAmI|EntityDefinitions' }, false],
  ])(
    'by an answer to %s about the organisation sends no leads, and asks no more, until the time is over',
    async (_which, match, batch) => {
      const organization = await makeOrganization(emulators, { switches: { batch } });
      await fault({
        host: organization.host,
        match,
        kind: 'throttle',
        limit: 'requests',
        retryAfterSeconds: 3,
        times: 1,
      });
      const running = await drainInto(schema, organization);
      try {
        await trickle(15);
        await untilWritten(organization, 15);
        const early = await earlyAfter(organization, 2_900, ({ status, body }) =>
          'inBatch' in match ? body.includes('RetrieveVersion') : status === 429,
        );
        expect(early).toEqual([]);
        expect((await waits(organization)).early).toBe(0);
      } finally {
        await running.stop();
      }
    },
  );

  test.each([
    ['a restart in good order', (first: RunningLane) => first.stop()],
    ['a writer that lost its lane without a word', () => Promise.resolve()],
  ])(
    'waits on after %s, in whatever process the lane is taken up, unless a person lifts it',
    async (_how, end) => {
      const organization = await makeOrganization(emulators);
      await fault({
        host: organization.host,
        match: { path: '/leads' },
        kind: 'throttle',
        limit: 'requests',
        retryAfterSeconds: 40,
        times: 1,
      });
      const first = await drainInto(schema, organization);
      await schema.takeIn(lead());
      await eventually(async () => expect(await waits(organization)).toMatchObject({ refused: 1 }));
      await end(first);
      const second = await runLane(schema, dynamics(schema, organization.resolver, tokensFor(organization)));
      try {
        expect(second.lane.pace.askedMs(Date.now())).toBeGreaterThan(30_000);
        await trickle(10);
        expect(await waits(organization)).toMatchObject({ refused: 1, early: 0 });
        await sql`update deliveries set due_at = now()`.execute(schema.database);
        second.lane.probe();
        await untilWritten(organization, 11);
      } finally {
        await Promise.all([first.stop(), second.stop()]);
      }
    },
  );
});

describe('a backlog under a small limit', () => {
  // What share is refused is proved with a clock of its own, by limits.spec.ts of libs/delivery.
  test.each([
    ['5 requests in 2 s', { requests: 5, windowSeconds: 2 }, 1_500],
    [
      '1 s of execution time in 3 s',
      { executionSeconds: 1, windowSeconds: 3, executionMsPerOperation: 1 },
      2_500,
    ],
    ['2 requests at a time', { concurrency: 2, latencyMs: 100, windowSeconds: 3 }, 4_000],
  ] as [string, Partial<OrganizationSettings['limits']>, number][])(
    'of %s is written with hardly a refusal, and nothing sent before its time',
    async (_limit, limits = {}, count) => {
      const { latencyMs = 0 } = limits;
      const organization = await makeOrganization(emulators, { limits: { servers: 1, ...limits } });
      await schema.takeIn(...Array.from({ length: count }, () => lead()));
      const stalls = watchStalls();
      const running = await drainInto(schema, organization);
      try {
        await untilWritten(organization, count);
        const { refused, early } = await waits(organization);
        const requests = await emulators.control.requests({ host: organization.host });
        const stalledThere = requests.filter(({ tookMs }) => tookMs > latencyMs + STALLED_MS);
        expect(early).toBe(0);
        expect(refused).toBeLessThanOrEqual(2 + stalledThere.length + stalls.count());
        expect(refused).toBeLessThanOrEqual(requests.length / 5);
      } finally {
        stalls.stop();
        await running.stop();
      }
    },
  );
});

test('six offers of one application share what it is permitted: hardly a request is refused, and none comes too early', async () => {
  const organization = await makeOrganization(emulators, {
    limits: { servers: 1, requests: 6, windowSeconds: 4 },
  });
  const connectionIds = Array.from({ length: 6 }, () => randomUUID());
  const { url } = { url: organization.organization };
  await schema.empty();
  for (const connectionId of connectionIds) {
    await sql`
      insert into lanes (connection_id, version, url, state, secret_version, identity_hash)
      values (${connectionId}, 1, ${url}, 'published', 1, 'same')
    `.execute(schema.database);
    await schema.takeIn(...Array.from({ length: 150 }, () => lead({ connectionId })));
  }
  const destination = dynamics(schema, organization.resolver, tokensFor(organization));
  const instance = runInstance(schema, destination, 'one');
  try {
    await untilWritten(organization, 900);
    const { refused, early } = await waits(organization);
    const requests = await emulators.control.requests({ host: organization.host });
    expect(early).toBe(0);
    expect(refused).toBeLessThanOrEqual(Math.max(2, requests.length / 5));
  } finally {
    await instance.stop();
  }
});

describe('a request that gets no answer', () => {
  test('stops nobody for longer than it takes to find out that others pass', async () => {
    const organization = await makeOrganization(emulators);
    const running = await drainInto(schema, organization);
    try {
      await schema.takeIn(lead());
      await untilWritten(organization, 1);
      await fault({
        host: organization.host,
        match: { path: '/leads' },
        kind: 'delay',
        delayMs: 110_000,
        forMs: 6_000,
      });
      await trickle(16, 1_000);
      await untilWritten(organization, 17);
    } finally {
      await running.stop();
    }
  });
});
