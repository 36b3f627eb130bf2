import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LeadAccepted } from '@leads/contracts';
import { decidedTables } from '@leads/service';
import { tablesOf } from '@leads/testing';
import { sql } from 'kysely';
import { readLanes } from '../lanes/read-lanes.ts';
import {
  acceptance,
  connection,
  incident,
  keepHouse,
  outcomeOf,
  received,
  REPLAYED,
  retention,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { NOT_AGED, portalAges } from './portal-ages.ts';

const NOW = new Date();
const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());
beforeEach(async () => {
  const { database } = ledger;
  await sql`alter table audit disable trigger user`.execute(database);
  await sql`
    truncate connections, publishers, leads, lead_contents, timeline, totals, replays, replay_leads, validations,
             validation_steps, incidents, incident_transitions, audit, statistics, latencies, sessions
  `.execute(database);
  await sql`alter table audit enable trigger user`.execute(database);
});

async function connect(publisherId = 'contoso', days?: number | null): Promise<string> {
  const facts = connection({ publisher: { id: publisherId, name: publisherId } });
  await ledger.keepLedger.connectionsChanged([received(facts)]);
  if (days !== undefined) {
    await ledger.database
      .insertInto('publishers')
      .values({ id: publisherId, name: publisherId, directory_id: randomUUID(), lead_days: days })
      .execute();
  }
  return facts.connectionId;
}

/** Takes leads in that were accepted then, and settled at once. */
async function leads(
  connectionId: string,
  days: number,
  end?: Parameters<typeof outcomeOf>[1],
  count = 1,
): Promise<LeadAccepted[]> {
  const acceptedAt = daysAgo(days).toISOString();
  const accepted = Array.from({ length: count }, () => acceptance(connectionId, { acceptedAt }));
  await ledger.keepLedger.leadsAccepted(accepted.map((one) => received(one)));
  if (end) await ledger.keepLedger.leadsSettled(accepted.map((one) => received(outcomeOf(one, end, 1_000))));
  return accepted;
}

async function counted(
  table: 'leads' | 'lead_contents' | 'timeline' | 'replays' | 'replay_leads',
): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
    ledger.database,
  );
  return rows[0]!.n;
}

/** Round by round, until nothing goes any more. */
async function keepHouseToTheEnd(batch?: number): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (;;) {
    const round = await keepHouse(ledger.database, NOW, batch);
    if (Object.keys(round).length === 0) return removed;
    for (const [table, count] of Object.entries(round)) removed[table] = (removed[table] ?? 0) + count;
  }
}

test('it is decided of each table', async () => {
  expect(await tablesOf(ledger.url, 'portal')).toEqual(decidedTables(portalAges(retention), NOT_AGED));
});

describe('a lead', () => {
  test.each([
    ['as long as the settings say, where nobody is registered for its publisher', undefined, 364, 366],
    ['as long as the settings say, where its publisher chose nothing', null, 364, 366],
    ['as long as its publisher chose', 60, 59, 61],
    ['no shorter than the least that may be chosen', 2, 29, 31],
    ['no longer than the most that may be chosen', 3_000, 1_094, 1_096],
  ])('is kept %s', async (_, days, before, after) => {
    const connectionId = await connect('contoso', days);
    for (const end of ['written', 'dead'] as const) {
      await leads(connectionId, before, { outcome: end });
      await leads(connectionId, after, { outcome: end });
    }
    expect(await keepHouseToTheEnd()).toMatchObject({ leads: 2, timeline: 2 });
    for (const table of ['leads', 'lead_contents', 'timeline'] as const) expect(await counted(table)).toBe(2);
  });

  test('that waits is kept with all of its timeline, however old, also where its publisher keeps little', async () => {
    const connectionId = await connect('contoso', 30);
    await leads(connectionId, 2_000);
    await leads(connectionId, 2_000, { outcome: 'deferred' });
    const [replayed] = await leads(connectionId, 2_000, { outcome: 'dead' });
    await ledger.keepLedger.leadsSettled([
      received(outcomeOf(replayed!, { outcome: 'deferred', reason: REPLAYED }, 2_000)),
    ]);
    expect(await keepHouseToTheEnd()).toEqual({});
    expect(await counted('leads')).toBe(3);
    expect(await counted('timeline')).toBe(3);
  });

  test('that nothing was heard of but an outcome goes as well', async () => {
    const connectionId = await connect();
    const unknown = acceptance(connectionId, { acceptedAt: daysAgo(366).toISOString() });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(unknown, { outcome: 'deferred' }, 1_000))]);
    expect(await keepHouseToTheEnd()).toMatchObject({ leads: 1 });
    expect(await counted('leads')).toBe(0);
  });

  test('goes with others in batches', async () => {
    const [one, other] = [await connect('contoso', 40), await connect('fabrikam')];
    await leads(one, 41, { outcome: 'written' }, 25);
    await leads(other, 366, { outcome: 'dead' }, 25);
    await leads(other, 364, { outcome: 'written' }, 5);
    expect(await keepHouseToTheEnd(10)).toMatchObject({ timeline: 50, leads: 50 });
    expect(await counted('leads')).toBe(5);
    expect(await counted('timeline')).toBe(5);
  });
});

test('accepted is written, pending, dead and removed together, also after leads have gone', async () => {
  const connectionId = await connect();
  await leads(connectionId, 400, { outcome: 'written' }, 5);
  await leads(connectionId, 400, { outcome: 'dead' }, 3);
  await leads(connectionId, 400, undefined, 2);
  await leads(connectionId, 100, { outcome: 'dead' });
  await keepHouseToTheEnd(2);
  const { totals, lanes } = await readLanes(ledger.database, 'everybody');
  const counts = { accepted: 11, written: 5, pending: 2, dead: 1, removed: 3 };
  expect(totals).toEqual({ ...counts, balanced: true });
  expect(lanes.map((lane) => lane.counts)).toEqual([counts]);
});

test('what a topic tells of a lead that would have gone already is not taken in again', async () => {
  const [usual, short] = [await connect(), await connect('fabrikam', 30)];
  const tell = async (connectionId: string, days: number): Promise<void> => {
    const timestamp = daysAgo(days);
    const lead = acceptance(connectionId, { acceptedAt: timestamp.toISOString() });
    const { leadId, acceptedAt: at } = lead;
    await ledger.keepLedger.leadsAccepted([received(lead, { timestamp })]);
    await ledger.keepLedger.leadsSettled([
      received(outcomeOf(lead, { outcome: 'dead' }, 1_000), { timestamp }),
    ]);
    await ledger.keepLedger.leadsRepeated([received({ leadId, connectionId, at }, { timestamp })]);
    await ledger.keepLedger.leadsMailed([
      received({ leadId, connectionId, at, isTest: false, recipients: [] }, { timestamp }),
    ]);
  };
  await tell(usual, 366);
  await tell(short, 31);
  expect(await counted('leads')).toBe(0);
  expect(await counted('timeline')).toBe(0);
  await tell(usual, 364);
  await tell(short, 29);
  expect(await counted('leads')).toBe(2);
  expect(await counted('timeline')).toBe(6);
});

test('a replay goes once it is old, in batches, but for those of its leads that wait', async () => {
  const connectionId = await connect();
  const [waiting] = await leads(connectionId, 100);
  const replay = async (days: number, leadIds: string[]): Promise<void> => {
    const replay_id = randomUUID();
    await ledger.database
      .insertInto('replays')
      .values({ replay_id, publisher_id: 'contoso', requested_by: 'ann', requested_at: daysAgo(days) })
      .execute();
    await ledger.database
      .insertInto('replay_leads')
      .values(leadIds.map((lead_id) => ({ replay_id, lead_id, connection_id: connectionId })))
      .execute();
  };
  const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
  await replay(31, ids(25));
  await replay(31, [...ids(1), waiting!.leadId]);
  await replay(29, ids(1));
  expect(await keepHouseToTheEnd(10)).toMatchObject({ replay_leads: 26, replays: 1 });
  expect(await counted('replays')).toBe(2);
  expect(await counted('replay_leads')).toBe(2);
});

test('Validates, resolved incidents and the audit go once they are old; what lasts, and the newest, stays', async () => {
  const { database, keepLedger } = ledger;
  const connectionId = await connect();
  const ended = async (days: number): Promise<void> => {
    const step = { validationId: randomUUID(), connectionId, tookMs: 1, at: daysAgo(days).toISOString() };
    await keepLedger.validationsStepped([
      received({ ...step, check: 'role', status: 'passed' }),
      received({ ...step, check: 'validate', status: 'finished' }),
    ]);
  };
  for (const days of [500, 401]) await ended(days);
  const tell = async (days: number, state: 'open' | 'resolved'): Promise<void> => {
    const at = daysAgo(days).toISOString();
    const transition = state === 'open' ? 'opened' : 'resolved';
    await keepLedger.incidentsMoved([
      received(
        incident([connectionId], {
          at,
          since: at,
          state,
          transition,
          ...(state === 'resolved' && { resolvedAt: at }),
        }),
      ),
    ]);
  };
  await tell(401, 'resolved');
  await tell(401, 'open');
  await tell(399, 'resolved');
  const entry = { who: 'ann', what: 'opened the lead', outcome: 'done', details: '{}' } as const;
  await database
    .insertInto('audit')
    .values([401, 399].map((days) => ({ ...entry, at: daysAgo(days) })))
    .execute();
  expect(await keepHouseToTheEnd(1)).toMatchObject({
    ...{ validations: 1, validation_steps: 2, incidents: 1, incident_transitions: 1, audit: 1 },
  });
  const left = await database.selectFrom('validations').select('started_at').execute();
  expect(left.map((row) => Math.round((NOW.getTime() - row.started_at.getTime()) / DAY_MS))).toEqual([401]);
  await expect(sql`delete from audit where at > ${daysAgo(80)}`.execute(database)).resolves.toBeDefined();
  await database.insertInto('audit').values(entry).execute();
  await expect(sql`delete from audit`.execute(database)).rejects.toThrow('append-only');
});
