import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LiveEvent } from '@leads/contracts/portal-api';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
import {
  acceptance,
  connection,
  keepHouse,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { publishChanges } from './publish-changes.ts';
import { RecordLinks } from './record-links.ts';

const HOUR_MS = 3_600_000;

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());
beforeEach(() => ledger.database.deleteFrom('changes').execute());

async function changes(): Promise<{ publisherId: string | null; event: string }[]> {
  const rows = await ledger.database.selectFrom('changes').selectAll().orderBy('id').execute();
  return rows.map(({ publisher_id: publisherId, event, data }) => ({
    publisherId,
    ...LiveEvent.parse({ event, data }),
  }));
}

describe('the feed of changes', () => {
  test('tells a lead and its offer to its publisher, once, and nothing of a placeholder', async () => {
    const { keepLedger } = ledger;
    const facts = connection();
    const { connectionId } = facts;
    const [lead, unknown] = [acceptance(connectionId), acceptance(connectionId)];
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsAccepted([received(lead)]);
    await keepLedger.leadsAccepted([received(lead)]);
    await keepLedger.leadsSettled([received(outcomeOf(unknown, { outcome: 'written' }, 100))]);
    expect(await changes()).toEqual([
      { publisherId: 'contoso', event: 'offer', data: { connectionId } },
      expect.objectContaining({ publisherId: 'contoso', event: 'lead' }),
      { publisherId: 'contoso', event: 'offer', data: { connectionId } },
    ]);
  });

  test('has very many leads of one batch read anew', async () => {
    const { keepLedger } = ledger;
    const facts = connection();
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsAccepted(
      Array.from({ length: 150 }, () => received(acceptance(facts.connectionId))),
    );
    expect((await changes()).slice(1)).toEqual([{ publisherId: 'contoso', event: 'reload', data: {} }]);
  });

  test('tells of a Validate as far as it has come, with its test lead once it is written', async () => {
    const { keepLedger } = ledger;
    const facts = connection();
    const testLead = acceptance(facts.connectionId, { isTest: true });
    const { leadId: validationId, connectionId } = testLead;
    const step = { validationId, connectionId, at: testLead.acceptedAt, tookMs: 0 };
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.validationsStepped([
      received({ ...step, check: 'validate', status: 'started' }),
      received({ ...step, check: 'test-lead', status: 'started' }),
    ]);
    await keepLedger.leadsSettled([received(outcomeOf(testLead, { outcome: 'written' }, 100))]);
    const told = (await changes()).filter(({ event }) => event === 'validation');
    expect(told).toMatchObject([
      { publisherId: 'contoso', data: { validationId, checks: [{ check: 'test-lead', status: 'running' }] } },
      { data: { testLead: { leadId: validationId } } },
    ]);
  });

  test('shows no change before those of lower ids: who appends waits for who came before', async () => {
    const { database } = ledger;
    const offers = ['00000000-0000-4000-8000-000000000001'];
    const append = (until: Promise<void>): Promise<void> =>
      database.transaction().execute(async (transaction) => {
        await publishChanges(transaction, { offers }, new RecordLinks(undefined));
        await until;
      });
    const first = Promise.withResolvers<undefined>();
    const [one, other] = [append(first.promise), append(Promise.resolve())];
    await eventually(async () => {
      const { rows } = await sql`
        select from pg_locks where relation = 'changes_lock'::regclass and not granted
          and database = (select oid from pg_database where datname = current_database())
      `.execute(database);
      expect(rows).toHaveLength(1);
    });
    expect(await changes()).toEqual([]);
    first.resolve(undefined);
    await Promise.all([one, other]);
    expect(await changes()).toHaveLength(2);
  });

  test('is kept for an hour, and its newest change for good', async () => {
    const { database } = ledger;
    const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * HOUR_MS);
    const change = { publisher_id: null, event: 'reload', data: '{}' };
    await database
      .insertInto('changes')
      .values([
        { ...change, at: at(3) },
        { ...change, at: at(2) },
      ])
      .execute();
    await keepHouse(database, new Date());
    expect(await changes()).toHaveLength(1);
    await database
      .insertInto('changes')
      .values({ ...change, at: at(0) })
      .execute();
    await keepHouse(database, new Date());
    expect(await changes()).toHaveLength(1);
  });
});
