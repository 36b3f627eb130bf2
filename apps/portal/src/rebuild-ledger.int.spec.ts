import 'reflect-metadata';
import { DatabaseClock } from '@leads/database';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { topics } from '@leads/contracts';
import { GroupInUse, type KafkaSettings, KafkaTransport, provisionTopics, Publisher } from '@leads/kafka';
import { RETENTION } from '@leads/service';
import { eventually, testKafka } from '@leads/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import { KeepLedger } from './keep-ledger.ts';
import { RecordLinks } from './ledger/record-links.ts';
import {
  acceptance,
  connection,
  incident,
  keepHouse,
  outcomeOf,
  received,
  retention,
  startLedger,
  type TestLedger,
} from './testing/ledger-events.ts';
import { rebuildLedger } from './ledger/rebuild-ledger.ts';

let ledger: TestLedger;
let kafka: KafkaSettings;
let publisher: Publisher;
beforeAll(async () => {
  kafka = testKafka();
  [ledger] = await Promise.all([startLedger(), provisionTopics(kafka, { replicationFactor: 1 })]);
  publisher = new Publisher(kafka);
}, 60_000);
afterAll(async () => {
  await publisher.disconnect();
  await ledger.end();
});

/** The ledger's part of the portal, as a member of its group. */
async function startReading(): Promise<{ close: () => Promise<void> }> {
  class Reading {}
  Module({
    controllers: [KeepLedger],
    providers: [
      { provide: Kysely, useValue: ledger.database },
      { provide: RETENTION, useValue: retention },
      { provide: DatabaseClock, useValue: new DatabaseClock(ledger.database) },
      { provide: RecordLinks, useValue: new RecordLinks(undefined) },
    ],
  })(Reading);
  const strategy = new KafkaTransport({
    settings: kafka,
    group: 'portal',
    onUndecodable: () => Promise.reject(new Error('undecodable')),
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const service = await NestFactory.createMicroservice(Reading, { strategy, logger: false });
  await service.listen();
  return service;
}

async function leadsAndTotals(): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(to_jsonb(leads) order by lead_id) from leads) as leads,
           (select jsonb_agg(to_jsonb(lead_contents) order by lead_id) from lead_contents) as contents,
           (select jsonb_agg(to_jsonb(timeline) order by lead_id, at, kind) from timeline) as timeline,
           (select jsonb_agg(to_jsonb(connections) order by connection_id) from connections) as connections,
           (select jsonb_agg(to_jsonb(incidents) order by incident_id) from incidents) as incidents,
           (select count(*) from incident_transitions) as transitions,
           (select jsonb_agg(to_jsonb(totals) order by connection_id) from totals) as totals
  `.execute(ledger.database);
  return rows[0];
}

test('rebuilds a spoilt ledger from the topics, keeps what has gone from them, and counts what went because it was old', async () => {
  const { database, keepLedger } = ledger;
  const facts = connection();
  const leads = Array.from({ length: 20 }, () => acceptance(facts.connectionId));
  const monthAgo = new Date(Date.now() - 30 * 24 * 60 * 60_000);
  const old = acceptance(facts.connectionId, { acceptedAt: monthAgo.toISOString() });
  await keepLedger.connectionsChanged([received(facts)]);
  const told = { timestamp: monthAgo };
  await keepLedger.leadsAccepted([received(old, told)]);
  await keepLedger.leadsSettled([received(outcomeOf(old, { outcome: 'written' }, 500), told)]);
  const longAgo = new Date(Date.now() - 400 * 24 * 60 * 60_000).toISOString();
  const gone = Array.from({ length: 3 }, () => acceptance(facts.connectionId, { acceptedAt: longAgo }));
  await keepLedger.leadsAccepted(gone.map((lead) => received(lead)));
  await keepLedger.leadsSettled(
    gone.map((lead, index) => received(outcomeOf(lead, { outcome: index < 2 ? 'dead' : 'written' }, 500))),
  );
  while (Object.keys(await keepHouse(database, new Date())).length > 0);
  await publisher.publish(topics.connections, [facts]);
  const opened = incident([facts.connectionId]);
  await publisher.publish(topics.incidents, [
    opened,
    { ...opened, version: 2, transition: 'acknowledged', state: 'acknowledged' },
  ]);
  await publisher.publish(topics.leadsAccepted, leads);
  await publisher.publish(
    topics.leadsOutcomes,
    leads.map((lead, index) => outcomeOf(lead, { outcome: index < 5 ? 'dead' : 'written' }, 500)),
  );
  await database
    .insertInto('publishers')
    .values({ id: 'contoso', name: 'Contoso', directory_id: 'd' })
    .execute();

  let reading = await startReading();
  await untilSettled();
  const right = await leadsAndTotals();
  await expect(rebuildLedger(database, kafka, retention)).rejects.toThrow(GroupInUse);
  expect(await leadsAndTotals()).toEqual(right);
  await reading.close();

  await sql`update leads set state = 'pending', name = 'spoilt' where is_accepted and lead_id <> ${old.leadId}`.execute(
    database,
  );
  await sql`update connections set offer_title = 'spoilt'`.execute(database);
  await sql`update incidents set state = 'resolved', connection_ids = '{}'`.execute(database);
  await sql`update totals set accepted = 7`.execute(database);
  expect(await rebuildLedger(database, kafka, retention)).toEqual({ leads: 20, kept: 1 });

  reading = await startReading();
  try {
    await untilSettled();
    await eventually(async () => expect(await leadsAndTotals()).toEqual(right));
  } finally {
    await reading.close();
  }
  expect(await database.selectFrom('publishers').select('id').execute()).toEqual([{ id: 'contoso' }]);

  async function untilSettled(): Promise<void> {
    await eventually(
      async () => {
        const totals = database.selectFrom('totals').select(['accepted', 'written', 'dead', 'removed']);
        expect(await totals.execute()).toEqual([{ accepted: 24, written: 17, dead: 5, removed: 2 }]);
        const incidents = await database.selectFrom('incidents').select('version').execute();
        expect(incidents).toEqual([{ version: 2 }]);
      },
      { timeoutMs: 60_000 },
    );
  }
}, 180_000);
