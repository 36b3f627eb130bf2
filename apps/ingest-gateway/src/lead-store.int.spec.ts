import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Carried,
  type LeadAccepted,
  type LeadRepeated,
  readMarketplaceLead,
  type Topic,
  topics,
} from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { fingerprintOf } from './fingerprint.ts';
import { keepPost } from './kept/keep-post.ts';
import { acceptAll, type Accepted } from './lead-store.ts';
import type { GatewayTables } from './tables.ts';

const CONNECTION = randomUUID();
const NOON = new Date('2026-11-22T12:00:00.000Z');
const WINDOW_MS = 600_000;

let server: TestDatabase;
let database: Kysely<GatewayTables>;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'gateway', folder: new URL('../migrations/', import.meta.url) }),
  );
  database = openDatabase(
    { url: server.url, schema: 'gateway', poolSize: 20, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(() => sql`truncate accepted, outbox`.execute(database));

function lead(offerTitle: string, receivedAt = NOON, connectionId = CONNECTION): LeadAccepted {
  const read = readMarketplaceLead({ offerTitle });
  if (!read) throw new Error('not a lead');
  return {
    leadId: randomUUID(),
    connectionId,
    acceptedAt: receivedAt.toISOString(),
    isTest: false,
    lead: read,
    original: JSON.stringify({ offerTitle }),
  };
}

const acceptTogether = (leads: LeadAccepted[], windowMs = WINDOW_MS): Promise<Accepted[]> =>
  acceptAll(
    database,
    leads.map((each) => ({
      lead: each,
      fingerprint: fingerprintOf(each.connectionId, each.lead),
      windowMs,
    })),
  );
const accept = async (accepted: LeadAccepted): Promise<Accepted | undefined> =>
  (await acceptTogether([accepted]))[0];

const eventsOf = <T extends Topic>(topic: T) =>
  database
    .selectFrom('outbox')
    .select(['key', 'value'])
    .where('topic', '=', topic.name)
    .orderBy('id')
    .execute()
    .then((rows) =>
      rows.map(({ key, value }) => {
        const carried = topic.schema.parse(JSON.parse(value)) as Carried<T>;
        expect(key).toBe(topic.key(carried));
        return carried;
      }),
    );

const events = async (): Promise<string[]> =>
  (await eventsOf(topics.leadsAccepted)).map(({ leadId }) => leadId);
const repeats = (): Promise<LeadRepeated[]> => eventsOf(topics.leadsRepeated);

const after = (ms: number): Date => new Date(NOON.getTime() + ms);

describe('a lead that is accepted', () => {
  test('has its row and its event', async () => {
    const first = lead('Analytics');
    expect(await accept(first)).toEqual({ leadId: first.leadId, duplicate: false });
    expect(await events()).toEqual([first.leadId]);
    expect(await repeats()).toEqual([]);
  });

  test('takes repeats within the window in: same id, and an event that says it was repeated', async () => {
    const first = lead('Analytics');
    await accept(first);
    for (const ms of [0, 1, WINDOW_MS]) {
      expect(await accept(lead('Analytics', after(ms)))).toEqual({ leadId: first.leadId, duplicate: true });
    }
    expect(await events()).toEqual([first.leadId]);
    expect(await repeats()).toEqual(
      [0, 1, WINDOW_MS].map((ms) => ({
        leadId: first.leadId,
        connectionId: CONNECTION,
        at: after(ms).toISOString(),
      })),
    );
    const row = await database.selectFrom('accepted').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ repeats: 3, received_at: NOON });
  });

  test('is a new lead once the window, counted from the first, has passed', async () => {
    const first = lead('Analytics');
    await accept(first);
    await accept(lead('Analytics', after(WINDOW_MS)));
    const second = lead('Analytics', after(WINDOW_MS + 1));
    expect(await accept(second)).toEqual({ leadId: second.leadId, duplicate: false });
    expect(await events()).toEqual([first.leadId, second.leadId]);
    expect(await repeats()).toMatchObject([{ leadId: first.leadId }]);
  });

  test('is another lead for another connection, and with other content', async () => {
    const leads = [lead('Analytics'), lead('CRM add-on'), lead('Analytics', NOON, randomUUID())];
    for (const each of leads) expect(await accept(each)).toEqual({ leadId: each.leadId, duplicate: false });
    expect(await events()).toEqual(leads.map(({ leadId }) => leadId));
  });

  test('is one, however many equal ones come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(lead('Analytics'))));
    expect(answers.filter((answer) => answer?.duplicate === false)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer?.leadId)).size).toBe(1);
    expect(await events()).toEqual([answers[0]?.leadId]);
    expect((await repeats()).map(({ leadId }) => leadId)).toEqual(Array(49).fill(answers[0]?.leadId));
  });

  test('is one new one, however many equal ones come at the same time after the window', async () => {
    const first = lead('Analytics');
    await accept(first);
    const late = after(WINDOW_MS * 2);
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(lead('Analytics', late))));
    expect(answers.filter((answer) => answer?.duplicate === false)).toHaveLength(1);
    expect(await events()).toEqual([first.leadId, answers[0]?.leadId]);
  });
});

describe('leads that are accepted together', () => {
  test('each get their own answer, in their order, and equal ones are folded', async () => {
    const before = lead('Before');
    await accept(before);
    const [a, b, again, otherA] = [lead('A'), lead('B'), lead('Before'), lead('A')];
    const answers = await acceptTogether([b, a, again, otherA]);
    expect(answers).toEqual([
      { leadId: b.leadId, duplicate: false },
      { leadId: a.leadId, duplicate: false },
      { leadId: before.leadId, duplicate: true },
      { leadId: a.leadId, duplicate: true },
    ]);
    expect(await events()).toEqual([before.leadId, b.leadId, a.leadId]);
    expect((await repeats()).map(({ leadId }) => leadId)).toEqual([before.leadId, a.leadId]);
    const counted = await database.selectFrom('accepted').select(['lead_id', 'repeats']).execute();
    expect(Object.fromEntries(counted.map(({ lead_id, repeats: count }) => [lead_id, count]))).toEqual({
      ...{ [before.leadId]: 1, [a.leadId]: 1, [b.leadId]: 0 },
    });
  });

  test('are all new where they cannot be the same, equal or not', async () => {
    const leads = [lead('A'), lead('A'), lead('A')];
    const answers = await acceptAll(
      database,
      leads.map((each) => ({ lead: each, windowMs: WINDOW_MS })),
    );
    expect(answers).toEqual(leads.map(({ leadId }) => ({ leadId, duplicate: false })));
    expect(await events()).toEqual(leads.map(({ leadId }) => leadId));
  });

  test('are folded as one by one, in whatever order they come and whoever accepts them at the same time', async () => {
    const titles = fc.array(fc.array(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(titles, async (batches) => {
        const connectionId = randomUUID();
        const leads = batches.map((batch) => batch.map((title) => lead(title, NOON, connectionId)));
        const answers = (await Promise.all(leads.map((batch) => acceptTogether(batch)))).flat();
        const byTitle = Map.groupBy(leads.flat(), ({ lead: { offerTitle } }) => offerTitle);
        for (const equal of byTitle.values()) {
          const ids = equal.map((each) => answers[leads.flat().indexOf(each)]?.leadId);
          expect(new Set(ids).size).toBe(1);
          expect(equal.map(({ leadId }) => leadId)).toContain(ids[0]);
        }
        expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(byTitle.size);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what holds no lead', () => {
  const caps = { bodies: 3, bytes: 100 };
  const keep = (connectionId: string, body: string, receivedAt = NOON) =>
    keepPost(database, { connectionId, body: Buffer.from(body), receivedAt, why: 'no-lead' }, caps);
  const overflow = (connectionId: string) =>
    database
      .selectFrom('quarantine_overflow')
      .select(['hour', 'posts', 'bytes'])
      .where('connection_id', '=', connectionId)
      .execute();

  test('is kept up to a number an hour and address, and counted beyond it', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const kept: boolean[] = [];
    for (const body of ['1', '2', '3', '4', '5']) kept.push((await keep(one, body)).isKept);
    expect(kept).toEqual([true, true, true, false, false]);
    expect(await overflow(one)).toEqual([{ hour: NOON, posts: 2, bytes: 2 }]);
    expect((await keep(other, '1')).isKept).toBe(true);
    expect((await keep(one, '6', after(3_600_000))).isKept).toBe(true);
  });

  test('is kept up to a number of bytes an hour and address', async () => {
    const one = randomUUID();
    expect((await keep(one, 'x'.repeat(60))).isKept).toBe(true);
    expect((await keep(one, 'y'.repeat(60))).isKept).toBe(false);
    expect((await keep(one, 'z'.repeat(40))).isKept).toBe(true);
    expect(await overflow(one)).toEqual([{ hour: NOON, posts: 1, bytes: 60 }]);
  });

  test('counts by what it is unpacked', async () => {
    const keepPacked = (body: string) =>
      keepPost(
        database,
        {
          connectionId: one,
          body: gzipSync(body),
          contentEncoding: 'gzip',
          receivedAt: NOON,
          why: 'no-lead',
        },
        { bodies: 9, bytes: 1_000 },
      );
    const one = randomUUID();
    const kept = [
      await keepPacked('x'.repeat(900)),
      await keepPacked('y'.repeat(900)),
      await keepPacked('z'),
    ];
    expect(kept.map(({ isKept }) => isKept)).toEqual([true, false, true]);
  });
});
