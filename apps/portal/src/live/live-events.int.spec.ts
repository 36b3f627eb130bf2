import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { migrate, openDatabase } from '@leads/database';
import { SETTINGS } from '@leads/service';
import { eventually, testDatabase } from '@leads/testing';
import { Kysely, sql } from 'kysely';
import { publishChanges } from '../ledger/publish-changes.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import type { PortalTables } from '../tables.ts';
import { serveAlone, WHO } from '../testing/serve-alone.ts';
import { EventReader } from '../testing/event-reader.ts';
import { FollowChanges } from './follow-changes.ts';
import { LiveEventsController } from './live-events.controller.ts';
import { STILL_SIGNED_IN } from './still-signed-in.ts';

const CONTOSO = randomUUID();
const FABRIKAM = randomUUID();

/** All but intervals. */
const NOT_FAKED = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

let database: Kysely<PortalTables>;
let databaseUrl: string;
let dropDatabase: () => Promise<void>;
let isSignedIn: boolean;
const instances: NestFastifyApplication[] = [];
const readers: EventReader[] = [];

/** One portal, as far as it tells of changes. @returns where it listens */
async function startInstance(): Promise<string> {
  const app = await serveAlone(
    [LiveEventsController],
    [
      { provide: Kysely, useValue: database },
      { provide: SETTINGS, useValue: { DATABASE_URL: databaseUrl, PERSON_SESSIONS: 20 } },
      { provide: STILL_SIGNED_IN, useValue: () => Promise.resolve(isSignedIn) },
      FollowChanges,
    ],
  );
  instances.push(app);
  const follow = app.get(FollowChanges);
  await eventually(() => expect(follow.isReady).toBe(true));
  return app.getUrl();
}

async function read(url: string, who: string, lastId?: number): Promise<EventReader> {
  const reader = await EventReader.open(`${url}/api/events`, {
    [WHO]: who,
    ...(lastId !== undefined && { 'last-event-id': String(lastId) }),
  });
  readers.push(reader);
  return reader;
}

/** Commits one new lead with its live event. */
async function tellOfLead(connectionId: string): Promise<string> {
  const leadId = randomUUID();
  await database.transaction().execute(async (transaction) => {
    await sql`
      insert into leads (lead_id, connection_id, publisher_id, accepted_at, is_accepted, is_test)
      select ${leadId}, connection_id, publisher_id, now(), true, false from connections
      where connection_id = ${connectionId}
    `.execute(transaction);
    await publishChanges(transaction, { leads: [leadId] }, new RecordLinks(undefined));
  });
  return leadId;
}

/** Puts changes into the feed that tell nothing. */
async function fillFeed(count: number): Promise<void> {
  await sql`
    insert into changes (publisher_id, event, data)
    select 'contoso', 'offer', json_build_object('connectionId', gen_random_uuid()) from generate_series(1, ${count})
  `.execute(database);
}

async function newestChange(): Promise<number> {
  const { rows } = await sql<{ id: number }>`select coalesce(max(id), 0) as id from changes`.execute(
    database,
  );
  return rows[0]?.id ?? 0;
}

beforeAll(async () => {
  isSignedIn = true;
  const server = await testDatabase((url) =>
    migrate({ url, schema: 'portal', folder: new URL('../../migrations/', import.meta.url) }),
  );
  databaseUrl = server.url;
  dropDatabase = server.drop;
  database = openDatabase<PortalTables>(
    { url: server.url, schema: 'portal', poolSize: 12, application: 'test' },
    () => undefined,
  );
  for (const [connectionId, publisher] of [
    [CONTOSO, 'contoso'],
    [FABRIKAM, 'fabrikam'],
  ] as const) {
    await database
      .insertInto('connections')
      .values({
        connection_id: connectionId,
        version: 1,
        changed_at: new Date(),
        publisher_id: publisher,
        publisher_name: publisher,
        offer_id: 'offer',
        offer_title: 'Offer',
        url: 'https://contoso.crm4.dynamics.com',
        authentication: 'azure-active-directory',
        contact_emails: [],
        state: 'published',
      })
      .execute();
  }
}, 60_000);

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.cut();
  for (const app of instances.splice(0)) await app.close();
});

afterAll(async () => {
  await database.destroy();
  await dropDatabase();
});

describe('GET /api/events', () => {
  test('answers at once, is kept by nobody, and tells of a lead as it comes', async () => {
    const url = await startInstance();
    const reader = await read(url, 'contoso');
    expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.headers.get('cache-control')).toBe('no-store');
    expect(reader.headers.get('x-accel-buffering')).toBe('no');
    await eventually(() => expect(reader.lastId).toBe(0));
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads).toEqual([leadId]));
  });

  test('a person who follows once more than they may have sessions loses the oldest, and nobody else does', async () => {
    const url = await startInstance();
    const other = await read(url, 'fabrikam');
    const theirs: EventReader[] = [];
    for (let opened = 0; opened < 21; opened += 1) theirs.push(await read(url, 'contoso'));
    await theirs[0]?.ended;
    const [ours, others] = [await tellOfLead(CONTOSO), await tellOfLead(FABRIKAM)];
    for (const reader of theirs.slice(1)) await eventually(() => expect(reader.leads).toEqual([ours]));
    await eventually(() => expect(other.leads).toEqual([others]));
    expect(theirs[0]?.leads).toEqual([]);
  });

  test('a client that is cut amid 500 changes of concurrent transactions sees each once and in order', async () => {
    const urls = [await startInstance(), await startInstance()] as const;
    const witness = await read(urls[0], 'fabrikam');
    const operator = await read(urls[1], 'operator');
    let reader = await read(urls[0], 'contoso');
    await eventually(() => expect(reader.lastId).toBeGreaterThanOrEqual(0));
    const parts = [reader];
    const told: string[] = [];
    const writing = Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let index = 0; index < 50; index += 1) told.push(await tellOfLead(CONTOSO));
      }),
    );
    for (let cut = 1; cut <= 4; cut += 1) {
      await eventually(() => expect(parts.flatMap((part) => part.leads).length).toBeGreaterThan(cut * 90));
      reader.cut();
      reader = await read(urls[cut % 2] ?? urls[0], 'contoso', reader.lastId);
      parts.push(reader);
    }
    await writing;
    const seen = (): string[] => parts.flatMap((part) => part.leads);
    await eventually(() => expect(seen().length).toBeGreaterThanOrEqual(500));
    const { rows } = await sql<{ lead: string; id: number }>`
      select data ->> 'leadId' as lead, id from changes where event = 'lead' and publisher_id = 'contoso'
      order by id
    `.execute(database);
    expect(seen()).toEqual(rows.map(({ lead }) => lead).filter((lead) => told.includes(lead)));
    const ids = parts.flatMap((part) => part.ids);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    expect(parts.flatMap((part) => part.events.filter(({ event }) => event === 'reload'))).toEqual([]);
    await eventually(() => expect(operator.leads).toHaveLength(500));
    expect(witness.events).toEqual([]);
  }, 60_000);

  test('a client that comes back without anything missed stays where it is', async () => {
    const url = await startInstance();
    await tellOfLead(CONTOSO);
    const newest = await newestChange();
    const reader = await read(url, 'contoso', newest);
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads).toEqual([leadId]));
  });

  test('a client that missed more than 5,000 changes is told once to read everything anew', async () => {
    const begun = await newestChange();
    await fillFeed(5_001);
    const url = await startInstance();
    const missedAll = await read(url, 'contoso', begun);
    const missedFewer = await read(url, 'contoso', begun + 1);
    const newest = await newestChange();
    await eventually(() => expect(missedAll.events).toEqual([{ event: 'reload', id: newest, data: {} }]));
    await eventually(() => expect(missedFewer.events).toHaveLength(5_000));
    expect(missedFewer.events.every(({ event }) => event === 'offer')).toBe(true);
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect([missedAll.leads, missedFewer.leads]).toEqual([[leadId], [leadId]]));
  }, 30_000);

  test('a client whose place is not kept any more, or was never made, is told to read everything anew', async () => {
    const begun = await newestChange();
    await tellOfLead(CONTOSO);
    await fillFeed(2);
    const newest = await newestChange();
    await sql`delete from changes where id < ${newest}`.execute(database);
    const url = await startInstance();
    const late = await read(url, 'contoso', begun);
    const early = await read(url, 'contoso', newest + 1_000);
    for (const reader of [late, early]) {
      await eventually(() => expect(reader.events).toEqual([{ event: 'reload', id: newest, data: {} }]));
    }
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect([late.leads, early.leads]).toEqual([[leadId], [leadId]]));
  });

  test('whoever follows hears of it where the feed was begun anew', async () => {
    const url = await startInstance();
    const reader = await read(url, 'contoso');
    await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads).toHaveLength(1));
    await sql`truncate changes restart identity`.execute(database);
    await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.events.at(-1)?.event).toBe('reload'), { timeoutMs: 30_000 });
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads.at(-1)).toBe(leadId));
  }, 60_000);

  test('whoever follows reads anew once where a crash has emptied the feed, and goes on by ids that go on', async () => {
    const { rows } = await sql`
      select relname, relpersistence from pg_class
      where oid in ('changes'::regclass, 'changes_id_seq'::regclass) order by relname
    `.execute(database);
    expect(rows).toEqual([
      { relname: 'changes', relpersistence: 'u' },
      { relname: 'changes_id_seq', relpersistence: 'p' },
    ]);
    const url = await startInstance();
    const reader = await read(url, 'contoso');
    await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads).toHaveLength(1));
    const newest = await newestChange();
    await sql`truncate changes`.execute(database);
    const reload = { event: 'reload', id: newest, data: {} };
    await eventually(() => expect(reader.events.at(-1)).toEqual(reload), { timeoutMs: 30_000 });
    const leadId = await tellOfLead(CONTOSO);
    await eventually(() => expect(reader.leads.at(-1)).toBe(leadId));
    expect(reader.events.filter(({ event }) => event === 'reload')).toEqual([reload]);
  }, 60_000);

  test('its end ends with the service, at once', async () => {
    // At once: before any time has passed that something could wait for.
    jest.useFakeTimers({ doNotFake: NOT_FAKED.filter((name) => !name.endsWith('Timeout')) });
    try {
      const url = await startInstance();
      const reader = await read(url, 'contoso');
      await eventually(() => expect(reader.lastId).toBeGreaterThanOrEqual(0));
      for (const app of instances.splice(0)) await app.close();
      await reader.ended;
    } finally {
      jest.useRealTimers();
    }
  });

  test('every 15 seconds it shows that it lives, until whoever opened it is signed out', async () => {
    jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
    try {
      const url = await startInstance();
      const reader = await read(url, 'fabrikam');
      await eventually(() => expect(reader.lastId).toBeGreaterThanOrEqual(0));
      await tellOfLead(CONTOSO);
      const newest = await newestChange();
      await eventually(() => {
        jest.advanceTimersByTime(15_000);
        expect(reader.lastId).toBe(newest);
      });
      expect(reader.events).toEqual([]);
      isSignedIn = false;
      jest.advanceTimersByTime(15_000);
      await reader.ended;
    } finally {
      isSignedIn = true;
      jest.useRealTimers();
    }
  });
});
