import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type LeadAccepted, ReplayRequested } from '@leads/contracts';
import { Replay, type ReplayOrder } from '@leads/contracts/portal-api';
import { OutboxRelay } from '@leads/database';
import { Kysely, sql } from 'kysely';
import {
  acceptance,
  connection,
  outcomeOf,
  received,
  REPLAYED,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { serveAlone, WHO } from '../testing/serve-alone.ts';
import { ReplaysController } from './replays.controller.ts';

let ledger: TestLedger;
let app: NestFastifyApplication;
let url: string;
let woken: number;

const contoso = connection();
const second = connection({ offer: { id: 'second', title: 'Second' } });
const fabrikam = connection({ publisher: { id: 'fabrikam', name: 'Fabrikam' } });

beforeAll(async () => {
  ledger = await startLedger();
  app = await serveAlone(
    [ReplaysController],
    [
      { provide: Kysely, useValue: ledger.database },
      { provide: OutboxRelay, useValue: { wake: () => (woken += 1) } },
    ],
  );
  url = await app.getUrl();
  await ledger.keepLedger.connectionsChanged([contoso, second, fabrikam].map((one) => received(one)));
}, 60_000);

afterAll(async () => {
  await app.close();
  await ledger.end();
});

beforeEach(async () => {
  woken = 0;
  for (const table of ['outbox', 'replays', 'leads']) {
    await sql`delete from ${sql.table(table)}`.execute(ledger.database);
  }
});

/** Leads that have died a second after they were accepted. */
async function deadLeads(count: number, connectionId: string): Promise<LeadAccepted[]> {
  const leads = Array.from({ length: count }, () => acceptance(connectionId));
  await ledger.keepLedger.leadsAccepted(leads.map((lead) => received(lead)));
  await ledger.keepLedger.leadsSettled(
    leads.map((lead) => received(outcomeOf(lead, { outcome: 'dead' }, 1_000))),
  );
  return leads;
}

async function ask(who: string, order: ReplayOrder | object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}/api/replays`, {
    method: 'POST',
    headers: { [WHO]: who, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  return { status: answer.status, body: await answer.json() };
}

async function progress(who: string, replayId: string): Promise<Replay> {
  const answer = await fetch(`${url}/api/replays/${replayId}`, { headers: { [WHO]: who } });
  expect(answer.status).toBe(200);
  return Replay.parse(await answer.json());
}

async function requests(): Promise<ReplayRequested[]> {
  const rows = await ledger.database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map(({ value }) => ReplayRequested.parse(JSON.parse(value)));
}

const idsOf = (leads: LeadAccepted[]): string[] => leads.map(({ leadId }) => leadId).sort();

describe('a replay', () => {
  test('of leads by name asks the writer for the dead ones among them, and tells how far it is', async () => {
    const [first, other] = (await deadLeads(2, contoso.connectionId)) as [LeadAccepted, LeadAccepted];
    const alive = acceptance(contoso.connectionId);
    await ledger.keepLedger.leadsAccepted([received(alive)]);
    const { status, body } = await ask('contoso', {
      leadIds: [first.leadId, other.leadId, alive.leadId, randomUUID()],
    });
    expect(status).toBe(202);
    const replay = Replay.parse(body);
    expect(replay).toMatchObject({
      ...{ requestedBy: 'contoso@example.com', total: 2, waiting: 2, written: 0, dead: 0 },
    });
    expect(woken).toBe(1);
    const [request, ...more] = await requests();
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      ...{ replayId: replay.replayId, connectionId: contoso.connectionId },
      requestedBy: 'contoso@example.com',
    });
    expect([...(request?.leadIds ?? [])].sort()).toEqual(idsOf([first, other]));

    // Pending again; then one is written, and the other dies again.
    await ledger.keepLedger.leadsSettled(
      [first, other].map((lead) =>
        received(outcomeOf(lead, { outcome: 'deferred', reason: REPLAYED }, 2_000)),
      ),
    );
    expect(await progress('contoso', replay.replayId)).toMatchObject({ waiting: 2, written: 0, dead: 0 });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(first, { outcome: 'written' }, 3_000))]);
    expect(await progress('contoso', replay.replayId)).toMatchObject({ waiting: 1, written: 1, dead: 0 });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(other, { outcome: 'dead' }, 4_000))]);
    expect(await progress('operator', replay.replayId)).toMatchObject({
      ...{ waiting: 0, written: 1, dead: 1, total: 2 },
    });
  });

  test('of all that a filter shows asks each connection for its own', async () => {
    const one = await deadLeads(3, contoso.connectionId);
    const two = await deadLeads(2, second.connectionId);
    await deadLeads(2, fabrikam.connectionId);
    const { status, body } = await ask('contoso', { filter: { state: 'dead', search: 'trujillo' } });
    expect([status, Replay.parse(body).total]).toEqual([202, 5]);
    const asked = new Map((await requests()).map(({ connectionId, leadIds }) => [connectionId, leadIds]));
    expect([...asked.keys()].sort()).toEqual([contoso.connectionId, second.connectionId].sort());
    expect([...(asked.get(contoso.connectionId) ?? [])].sort()).toEqual(idsOf(one));
    expect([...(asked.get(second.connectionId) ?? [])].sort()).toEqual(idsOf(two));
    // The writer carries each id out once.
    const ids = (await requests()).map(({ replayId }) => replayId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('of very many leads makes requests of at most 10,000, and misses none', async () => {
    await sql`
      insert into leads (lead_id, connection_id, publisher_id, accepted_at, is_accepted, is_test, state, outcome_at)
      select gen_random_uuid(), ${contoso.connectionId}, 'contoso', now(), true, false, 'dead', now()
      from generate_series(1, 25001)
    `.execute(ledger.database);
    const { status } = await ask('contoso', { filter: {} });
    expect(status).toBe(202);
    const asked = (await requests()).map(({ leadIds }) => leadIds ?? []);
    expect(asked.map((ids) => ids.length).sort((a, b) => a - b)).toEqual([5_001, 10_000, 10_000]);
    expect(new Set(asked.flat()).size).toBe(25_001);
  }, 60_000);

  test('touches nothing of another publisher, and is not to be seen by one', async () => {
    const [foreign] = await deadLeads(1, fabrikam.connectionId);
    const { status, body } = await ask('contoso', { leadIds: [foreign?.leadId] });
    expect([status, (body as { title: string }).title]).toEqual([409, 'There is nothing to deliver again']);
    expect(await requests()).toEqual([]);
    const theirs = Replay.parse((await ask('fabrikam', { leadIds: [foreign?.leadId] })).body);
    const seen = await fetch(`${url}/api/replays/${theirs.replayId}`, { headers: { [WHO]: 'contoso' } });
    expect(seen.status).toBe(404);
  });

  test('of leads of a deleted connection is refused in words; of others beside them it is not', async () => {
    const gone = connection({ offer: { id: 'gone', title: 'Gone' } });
    await ledger.keepLedger.connectionsChanged([received(gone)]);
    const [lost] = (await deadLeads(1, gone.connectionId)) as [LeadAccepted];
    await ledger.keepLedger.connectionsChanged([received({ ...gone, version: 2, state: 'deleted' })]);
    for (const order of [{ leadIds: [lost.leadId] }, { filter: { connectionId: gone.connectionId } }]) {
      const { status, body } = await ask('contoso', order);
      expect([status, body]).toMatchObject([409, { detail: expect.stringContaining('was deleted') }]);
    }
    expect(await requests()).toEqual([]);
    const [other] = (await deadLeads(1, contoso.connectionId)) as [LeadAccepted];
    expect((await ask('contoso', { leadIds: idsOf([lost, other]) })).status).toBe(202);
    expect((await requests()).flatMap(({ leadIds }) => leadIds)).toEqual([other.leadId]);
  });

  test('by an operator reaches every publisher', async () => {
    const leads = [
      ...(await deadLeads(1, contoso.connectionId)),
      ...(await deadLeads(1, fabrikam.connectionId)),
    ];
    const replay = Replay.parse((await ask('operator', { leadIds: idsOf(leads) })).body);
    expect(replay.total).toBe(2);
    expect((await requests()).length).toBe(2);
  });

  test.each([
    ['nothing', {}],
    ['both', { leadIds: [randomUUID()], filter: {} }],
    ['no ids', { leadIds: ['x'] }],
    ['no leads', { leadIds: [] }],
    ['an unknown filter', { filter: { colour: 'red' } }],
  ])('of %s is refused in words, and asks for nothing', async (_, order) => {
    await deadLeads(1, contoso.connectionId);
    const { status, body } = await ask('contoso', order);
    expect(status).toBe(422);
    expect((body as { detail: string }).detail).toContain('Nothing was changed.');
    expect(await requests()).toEqual([]);
  });
});
