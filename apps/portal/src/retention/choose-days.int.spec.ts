import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { RetentionChosen, topics } from '@leads/contracts';
import { chooseDays, chosenDays, tellAllDays } from '../ledger/chosen-days.ts';
import { connection, received, startLedger, type TestLedger } from '../testing/ledger-events.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());
beforeEach(async () => {
  for (const table of ['connections', 'publishers', 'outbox'] as const)
    await ledger.database.deleteFrom(table).execute();
  for (const id of ['contoso', 'fabrikam'])
    await ledger.database
      .insertInto('publishers')
      .values({ id, name: id, directory_id: randomUUID() })
      .execute();
});

async function connect(publisherId = 'contoso'): Promise<string> {
  const facts = connection({ publisher: { id: publisherId, name: publisherId } });
  await ledger.keepLedger.connectionsChanged([received(facts)]);
  return facts.connectionId;
}

async function told(): Promise<Pick<RetentionChosen, 'connectionId' | 'days'>[]> {
  const rows = await ledger.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', topics.retention.name)
    .orderBy('id')
    .execute();
  return rows.map(({ value }) => {
    const { connectionId, days } = RetentionChosen.parse(JSON.parse(value));
    return { connectionId, days };
  });
}

test('what a publisher chooses is told of each of its connections, and of nobody else', async () => {
  const ids = [await connect(), await connect()];
  await connect('fabrikam');
  await chooseDays(ledger.database, 'contoso', 60);
  expect(await chosenDays(ledger.database, 'contoso')).toBe(60);
  expect(await chosenDays(ledger.database, 'fabrikam')).toBeNull();
  expect(await told()).toEqual(ids.sort().map((connectionId) => ({ connectionId, days: 60 })));
});

test('that nothing is chosen any more is told as well', async () => {
  const connectionId = await connect();
  await chooseDays(ledger.database, 'contoso', 60);
  await chooseDays(ledger.database, 'contoso', null);
  expect(await told()).toEqual([
    { connectionId, days: 60 },
    { connectionId, days: null },
  ]);
});

test('it is told of a connection that comes later, and of none whose publisher chose nothing', async () => {
  await chooseDays(ledger.database, 'contoso', 60);
  const connectionId = await connect();
  await connect('fabrikam');
  expect(await told()).toEqual([{ connectionId, days: 60 }]);
});

test('all of it is told once more, of connections whose publisher has chosen', async () => {
  const ids = [await connect(), await connect()];
  await connect('fabrikam');
  await chooseDays(ledger.database, 'contoso', 60);
  await ledger.database.deleteFrom('outbox').execute();
  await tellAllDays(ledger.database);
  expect(await told()).toEqual(ids.sort().map((connectionId) => ({ connectionId, days: 60 })));
});
