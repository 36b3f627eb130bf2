import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { topics } from '@leads/contracts';
import { GroupInUse, type KafkaSettings, KafkaTransport, provisionTopics, Publisher } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import { eventually, testKafka } from '@leads/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { KeepLedger } from './keep-ledger.ts';
import { LINK_BASE } from './leads/record-url.ts';
import {
  acceptance,
  connection,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from './ledger/ledger-events.fixture.ts';
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
      { provide: DATABASE, useValue: ledger.database },
      { provide: LINK_BASE, useValue: undefined },
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
           (select jsonb_agg(to_jsonb(totals) order by connection_id) from totals) as totals
  `.execute(ledger.database);
  return rows[0];
}

test('rebuilds a spoilt ledger from the topics, and keeps what has gone from them', async () => {
  const { database, keepLedger } = ledger;
  const facts = connection();
  const leads = Array.from({ length: 20 }, () => acceptance(facts.connectionId));
  const monthAgo = new Date(Date.now() - 30 * 24 * 60 * 60_000);
  const old = acceptance(facts.connectionId, { acceptedAt: monthAgo.toISOString() });
  await keepLedger.connectionsChanged([received(facts)]);
  const told = { timestamp: monthAgo };
  await keepLedger.leadsAccepted([received(old, told)]);
  await keepLedger.leadsSettled([received(outcomeOf(old, { outcome: 'written' }, 500), told)]);
  await publisher.publish(topics.connections, [facts]);
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
  await expect(rebuildLedger(database, kafka)).rejects.toThrow(GroupInUse);
  expect(await leadsAndTotals()).toEqual(right);
  await reading.close();

  await sql`update leads set state = 'pending', name = 'spoilt' where is_accepted and lead_id <> ${old.leadId}`.execute(
    database,
  );
  await sql`update connections set offer_title = 'spoilt'`.execute(database);
  await sql`update totals set accepted = 7`.execute(database);
  expect(await rebuildLedger(database, kafka)).toEqual({ leads: 20, kept: 1 });

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
        const rows = database.selectFrom('totals').select(['accepted', 'written', 'dead']).execute();
        expect(await rows).toEqual([{ accepted: 21, written: 16, dead: 5 }]);
      },
      { timeoutMs: 60_000 },
    );
  }
}, 180_000);
