import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LaneReport, type LeadMailed, type LeadRepeated, topics } from '@leads/contracts';
import { KafkaTransport, provisionTopics, Publisher, type Undecodable } from '@leads/kafka';
import { refusalOf } from '@leads/service';
import { eventually, testKafka } from '@leads/testing';
import fc from 'fast-check';
import { sql } from 'kysely';
import { readLanes } from './lanes/read-lanes.ts';
import { findLeads } from './leads/find-leads.ts';
import { readLead, readTimeline } from './leads/lead-detail.ts';
import { readValidations } from './ledger/read-validations.ts';
import { RecordLinks } from './ledger/record-links.ts';
import {
  acceptance,
  connection,
  marketplaceLead,
  outcomeOf,
  received,
  REPLAYED,
  startLedger,
  type TestLedger,
} from './testing/ledger-events.ts';
import { readOffers } from './offers/read-offers.ts';
import { readStatistics } from './statistics/read-statistics.ts';

const links = new RecordLinks('http://localhost:4010/org');
let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());

/** Recent, for statistics reach back days only; the same each time. */
const BEGAN = Date.now();

const everything = { limit: 200 };

/** One thing that a topic tells, in a batch of its own. */
type Told = () => Promise<void>;

describe('the ledger', () => {
  test('shows a lead from its acceptance on, with what became of it and its timeline', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const lead = acceptance(facts.connectionId, { acceptedAt: '2026-11-22T20:15:30.000Z' });
    const { leadId, connectionId } = lead;
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsAccepted([received(lead)]);
    await keepLedger.leadsRepeated([received({ leadId, connectionId, at: '2026-11-22T20:15:31.000Z' })]);
    await keepLedger.leadsSettled([
      received(outcomeOf(lead, { outcome: 'deferred' }, 2_000)),
      received(outcomeOf(lead, { outcome: 'written' }, 5_000, 2)),
    ]);
    await keepLedger.leadsMailed([
      received({
        ...{ leadId, connectionId, isTest: false, at: '2026-11-22T20:15:36.000Z' },
        recipients: [{ address: 'sales@contoso.example', result: 'sent' as const }],
      }),
    ]);

    const detail = await readLead(database, 'everybody', leadId, links);
    expect(detail).toMatchObject({
      ...{ leadId, connectionId, state: 'written', attempts: 2, name: 'Ana Trujillo', company: 'Adatum' },
      publisher: { id: 'contoso', name: 'Contoso' },
      acceptedAt: '2026-11-22T20:15:30.000Z',
      writtenAt: '2026-11-22T20:15:35.000Z',
      crmUrl: `http://localhost:4010/org/contoso.crm4.dynamics.com/main.aspx?etn=lead&id=${leadId}&pagetype=entityrecord`,
      original: lead.original,
    });
    expect(detail?.timeline.map(({ kind }) => kind)).toEqual([
      'received',
      'accepted',
      'repeated',
      'deferred',
      'written',
      'mailed',
    ]);
  });

  test('links a lead to its connection’s organisation alone, whatever its outcome says', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const lead = acceptance(facts.connectionId, { isTest: true });
    const outcome = { ...outcomeOf(lead, { outcome: 'written' }, 100), organization: 'https://evil.example' };
    const { leadId: validationId, connectionId, acceptedAt: at } = lead;
    const started = {
      validationId,
      connectionId,
      at,
      tookMs: 0,
      check: 'validate',
      status: 'started',
    } as const;
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.validationsStepped([received(started)]);
    await keepLedger.leadsAccepted([received(lead)]);
    await keepLedger.leadsSettled([received(outcome)]);

    const detail = await readLead(database, 'everybody', validationId, links);
    const page = await readTimeline(
      database,
      'everybody',
      validationId,
      links,
      new Date(Date.now() + 60_000),
    );
    const validations = await readValidations(database, [validationId], links);
    expect(detail?.timeline.map(({ kind }) => kind)).toContain('written');
    expect(page?.timeline).toEqual(detail?.timeline);
    expect(validations).toMatchObject([{ validation: { testLead: { leadId: validationId } } }]);
    expect(JSON.stringify([detail, page, validations])).not.toMatch(/evil|crmUrl/);
  });

  test('comes out the same in whatever order the topics are read, and however often', async () => {
    const { keepLedger, database } = ledger;
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (paths, chance) => {
          const seen: unknown[] = [];
          for (const isShuffled of [false, true]) {
            await emptyLedger();
            const next = (): number => (chance.next() as IteratorYieldResult<number>).value;
            const told = paths.flatMap((path, index) => tell(path, index));
            const order = isShuffled
              ? [...told, ...told.filter(() => next() < 0.5)]
                  .map((batch) => ({ batch, place: next() }))
                  .sort((one, other) => one.place - other.place)
                  .map(({ batch }) => batch)
              : told;
            for (const batch of order) await batch();
            seen.push(await wholeLedger());
          }
          expect(seen[1]).toEqual(seen[0]);
          const { totals } = await readLanes(database, 'everybody');
          expect(totals.balanced).toBe(true);
          expect(totals.accepted).toBe(paths.filter((path) => path.isAccepted && !path.isTest).length);
        },
      ),
      { numRuns: 25 },
    );

    function tell(path: History, index: number): Told[] {
      const { connectionId } = path.facts;
      const acceptedAt = new Date(BEGAN - 60_000 + index).toISOString();
      const lead = acceptance(connectionId, { leadId: path.leadId, acceptedAt, isTest: path.isTest });
      return [
        () => keepLedger.connectionsChanged([received(path.facts)]),
        ...(path.isAccepted ? [() => keepLedger.leadsAccepted([received(lead, TOLD)])] : []),
        ...path.ends.map(
          (end, step) => () =>
            keepLedger.leadsSettled([received(outcomeOf(lead, end, (step + 1) * 100, step + 1), TOLD)]),
        ),
        ...path.repeats.map((afterMs) => {
          const at = new Date(Date.parse(acceptedAt) + afterMs).toISOString();
          const repeat: LeadRepeated = { leadId: lead.leadId, connectionId, at };
          return () => keepLedger.leadsRepeated([received(repeat)]);
        }),
        () => keepLedger.leadsMailed([received(mailOf(lead))]),
      ];
    }
  }, 120_000);

  test('says of a lead that a person had made who it was and of what, however often that is read', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const leadId = randomUUID();
    const made = { from: 'kept-post', id: leadId, by: 'ana@contoso.example' } as const;
    await keepLedger.connectionsChanged([received(facts)]);
    const accepted = received(acceptance(facts.connectionId, { leadId, made }));
    for (let time = 0; time < 2; time++) await keepLedger.leadsAccepted([accepted]);
    const detail = await readLead(database, 'everybody', leadId, links);
    expect(detail?.timeline.filter(({ kind }) => kind === 'made')).toEqual([
      { kind: 'made', at: detail?.acceptedAt, ...made },
    ]);
  });

  test('takes several outcomes of one lead in one batch, in any order', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const lead = acceptance(facts.connectionId);
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsSettled([
      received(outcomeOf(lead, { outcome: 'written' }, 300, 3)),
      received(outcomeOf(lead, { outcome: 'deferred' }, 100, 1)),
      received(outcomeOf(lead, { outcome: 'dead' }, 200, 2)),
    ]);
    await keepLedger.leadsAccepted([received(lead), received(lead)]);
    const [offer] = await readOffers(database, 'everybody', new Date(), facts.connectionId);
    expect(offer?.counts).toEqual({ accepted: 1, written: 1, pending: 0, dead: 0 });
  });

  test.each([-5, 5])(
    'shows how a lead ended where its next writer’s clock is %d minutes behind that of the one before',
    async (minutes) => {
      const { keepLedger, database } = ledger;
      const facts = connection();
      const lead = acceptance(facts.connectionId);
      await keepLedger.connectionsChanged([received(facts)]);
      await keepLedger.leadsAccepted([received(lead)]);
      const ends = [
        outcomeOf(lead, { outcome: 'deferred' }, 600_000, 1),
        outcomeOf(lead, { outcome: 'dead' }, 601_000 - minutes * 60_000, 2),
      ];
      for (const end of [...ends, ...ends]) await keepLedger.leadsSettled([received(end)]);
      const detail = await readLead(database, 'everybody', lead.leadId, links);
      expect(detail).toMatchObject({ state: 'dead', attempts: 2 });
    },
  );

  test('shows nothing of a lead of which only an outcome is known, and counts it nowhere', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const lead = acceptance(facts.connectionId);
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'written' }, 300))]);
    const [offer] = await readOffers(database, 'everybody', new Date(), facts.connectionId);
    expect(offer?.counts.accepted).toBe(0);
    expect(await readLead(database, 'everybody', lead.leadId, links)).toBeUndefined();
    const filter = { connectionId: facts.connectionId };
    expect((await findLeads(database, 'everybody', filter, everything)).rows).toEqual([]);
  });

  test('has a dead lead pending again once it is replayed', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const lead = acceptance(facts.connectionId);
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsAccepted([received(lead)]);
    await keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'dead' }, 100))]);
    await keepLedger.leadsSettled([
      received(outcomeOf(lead, { outcome: 'deferred', reason: REPLAYED }, 200)),
    ]);
    const detail = await readLead(database, 'everybody', lead.leadId, links);
    expect(detail?.state).toBe('pending');
    expect(detail?.timeline.map(({ kind }) => kind)).toContain('replayed');
    const [offer] = await readOffers(database, 'everybody', new Date(), facts.connectionId);
    expect(offer?.counts).toEqual({ accepted: 1, written: 0, pending: 1, dead: 0 });
  });

  test('shows the test lead of a Validate, which nothing accepts, to who asks for tests, and counts none', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    const testLead = acceptance(facts.connectionId, { isTest: true });
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsSettled([received(outcomeOf(testLead, { outcome: 'written' }, 100))]);
    const { connectionId } = facts;
    const find = (tests?: 'true' | 'all') =>
      findLeads(database, 'everybody', { connectionId, ...(tests && { tests }) }, everything);
    expect((await find()).rows).toEqual([]);
    expect((await find('true')).rows).toMatchObject([{ lead_id: testLead.leadId, state: 'written' }]);
    expect((await find('all')).rows).toHaveLength(1);
    const [offer] = await readOffers(database, 'everybody', new Date(), connectionId);
    expect(offer?.counts.accepted).toBe(0);
  });

  test('gives leads that came before their connection to its publisher, and keeps those of a deleted one', async () => {
    const { keepLedger, database } = ledger;
    const publisher = { id: `late-${randomUUID()}`, name: 'Late' };
    const facts = connection({ publisher });
    const scope = { publisherId: publisher.id };
    await keepLedger.leadsAccepted([received(acceptance(facts.connectionId))]);
    expect((await findLeads(database, scope, {}, everything)).rows).toEqual([]);
    await keepLedger.connectionsChanged([received(facts)]);
    expect((await findLeads(database, scope, {}, everything)).rows).toHaveLength(1);
    await keepLedger.connectionsChanged([
      received({ ...facts, version: 3, state: 'deleted' }),
      received({ ...facts, version: 2, state: 'paused' }),
    ]);
    expect(await readOffers(database, scope, new Date())).toEqual([]);
    expect((await findLeads(database, scope, {}, everything)).rows).toMatchObject([
      { publisher_name: 'Late' },
    ]);
  });

  test('believes that a lane is held by nobody only of the instance that held it', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    await keepLedger.connectionsChanged([received(facts)]);
    const report = (instance: string, held: boolean, second: number): LaneReport => ({
      ...{ connectionId: facts.connectionId, instance, held, inFlight: 0, permitted: 1, pending: 0 },
      at: `2026-11-22T20:00:0${second}.000Z`,
      breaker: { state: 'closed' },
    });
    const holder = async (...reports: LaneReport[]): Promise<string | undefined> => {
      await keepLedger.lanesReported(reports.map((each) => received(each)));
      const { lanes } = await readLanes(database, 'everybody');
      return lanes.find(({ connectionId }) => connectionId === facts.connectionId)?.instance;
    };
    expect(await holder(report('one', true, 1))).toBe('one');
    expect(await holder(report('two', true, 2), report('one', false, 3))).toBe('two');
    expect(await holder(report('one', true, 1))).toBe('two');
    expect(await holder(report('two', false, 4))).toBeUndefined();
  });

  test('keeps the bytes of a body that is not plain text', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    await keepLedger.connectionsChanged([received(facts)]);
    const originalBytes = Buffer.alloc(1_000, '\u00ff{}').toString('base64');
    const [one, two] = [acceptance(facts.connectionId, { originalBytes }), acceptance(facts.connectionId)];
    await keepLedger.leadsAccepted([received(one), received(two)]);
    const [packed, plain] = await Promise.all(
      [one, two].map(({ leadId }) => readLead(database, 'everybody', leadId, links)),
    );
    expect(packed?.originalBytes).toBe(originalBytes);
    expect(plain).not.toHaveProperty('originalBytes');
  });

  test('takes in text that PostgreSQL cannot hold, without what it cannot', async () => {
    const { keepLedger, database } = ledger;
    const facts = connection();
    await keepLedger.connectionsChanged([received(facts)]);
    const lead = acceptance(facts.connectionId, {
      lead: marketplaceLead({ company: 'Ada\u0000tum \ud800' }),
      original: '\u0000',
    });
    await keepLedger.leadsAccepted([received(lead)]);
    const reason = { cause: 'refused', what: 'No\u0000.', remedy: '\udfff' };
    await keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'dead', reason }, 100))]);
    const detail = await readLead(database, 'everybody', lead.leadId, links);
    expect(detail).toMatchObject({ company: 'Adatum \ufffd', reason: { what: 'No.', remedy: '\ufffd' } });
  });

  test('counts throughput and latency by minutes and hours, of one connection and of a publisher', async () => {
    const { keepLedger, database } = ledger;
    const publisher = { id: `busy-${randomUUID()}`, name: 'Busy' };
    const facts = connection({ publisher });
    const now = new Date();
    const acceptedAt = new Date(now.getTime() - 120_000).toISOString();
    const leads = Array.from({ length: 100 }, () => acceptance(facts.connectionId, { acceptedAt }));
    await keepLedger.connectionsChanged([received(facts)]);
    await keepLedger.leadsAccepted(leads.map((lead) => received(lead)));
    await keepLedger.leadsSettled(
      leads.map((lead, index) => received(outcomeOf(lead, { outcome: 'written' }, index < 90 ? 100 : 2_000))),
    );
    const scope = { publisherId: publisher.id };
    for (const [span, count] of [
      ['hour', 60],
      ['week', 168],
    ] as const) {
      const { buckets } = await readStatistics(database, scope, { span, connectionId: undefined, now });
      expect(buckets).toHaveLength(count);
      expect(buckets.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(100);
      expect(buckets.reduce((sum, { written }) => sum + written, 0)).toBe(100);
    }
    const own = { span: 'week', connectionId: facts.connectionId, now } as const;
    const { buckets } = await readStatistics(database, 'everybody', own);
    const busy = buckets.find(({ written }) => written > 0);
    expect(busy?.p50Ms).toBeGreaterThan(90);
    expect(busy?.p50Ms).toBeLessThan(110);
    expect(busy?.p95Ms).toBeGreaterThan(1_850);
    expect(busy?.p95Ms).toBeLessThan(2_150);
  });
});

test('one record that the database cannot keep is put aside, and those around it in its partition are taken in', async () => {
  const { keepLedger, database } = ledger;
  const settings = testKafka();
  await provisionTopics(settings, { replicationFactor: 1 });
  await sql`alter table lead_contents add constraint refuses_one check (original <> 'refused')`.execute(
    database,
  );
  const facts = connection();
  const { connectionId } = facts;
  await keepLedger.connectionsChanged([received(facts)]);
  const leads = ['first', 'refused', 'last'].map((original) => acceptance(connectionId, { original }));
  const publisher = new Publisher(settings);
  await publisher.publish(topics.leadsAccepted, leads);
  await publisher.disconnect();

  const aside: Undecodable[] = [];
  const transport = new KafkaTransport({
    ...{ settings, group: 'portal', refusalOf },
    onUndecodable: (records) => {
      aside.push(...records);
      return Promise.resolve();
    },
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const topic = topics.leadsAccepted;
  transport.addHandler(
    topic.name,
    (records: Parameters<typeof keepLedger.leadsAccepted>[0]) => keepLedger.leadsAccepted(records),
    true,
    { topic },
  );
  transport.listen(() => undefined);
  try {
    await eventually(
      async () => {
        const { rows } = await findLeads(database, 'everybody', { connectionId }, everything);
        const [first, , last] = leads.map(({ leadId }) => leadId);
        expect(new Set(rows.map(({ lead_id }) => lead_id))).toEqual(new Set([first, last]));
        expect(aside).toEqual([
          expect.objectContaining({
            topic: topic.name,
            fault: 'refused',
            reason: expect.stringContaining('23514'),
          }),
        ]);
      },
      { timeoutMs: 30_000 },
    );
  } finally {
    await transport.close();
  }
  const value: unknown = JSON.parse(String(aside[0]?.value));
  expect(value).toMatchObject({ leadId: leads[1]?.leadId });
}, 60_000);

/** When records were published, the same each time. */
const TOLD = { timestamp: new Date('2026-11-22T20:00:00.000Z') };

interface History {
  facts: ReturnType<typeof connection>;
  leadId: string;
  isTest: boolean;
  isAccepted: boolean;
  ends: Parameters<typeof outcomeOf>[1][];
  repeats: number[];
}

const deferral = { outcome: 'deferred' } as const;
const death = { outcome: 'dead' } as const;
const written = { outcome: 'written' } as const;
const replay = { outcome: 'deferred', reason: REPLAYED } as const;

const histories: fc.Arbitrary<History[]> = fc
  .array(
    fc.record({
      connection: fc.nat({ max: 1 }),
      isTest: fc.boolean(),
      isAccepted: fc.boolean(),
      before: fc.array(fc.constantFrom(deferral, [death, replay]), { maxLength: 3 }),
      // What was deferred before can be told after, by an instance that lost its lane.
      last: fc.constantFrom([], [death], [written], [written, deferral], [written, death]),
      repeats: fc.array(fc.nat({ max: 1_000 }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) => {
    const facts = [connection(), connection({ publisher: { id: 'fabrikam', name: 'Fabrikam' } })];
    return drawn.map(({ connection: index, before, last, ...rest }) => ({
      ...rest,
      facts: facts[index] ?? connection(),
      leadId: randomUUID(),
      ends: [...before.flat(), ...last],
    }));
  });

function mailOf({ leadId, connectionId, isTest, acceptedAt }: ReturnType<typeof acceptance>): LeadMailed {
  const at = new Date(Date.parse(acceptedAt) + 5_000).toISOString();
  return { leadId, connectionId, isTest, at, recipients: [] };
}

async function emptyLedger(): Promise<void> {
  // In this order: what is counted of leads goes with them, and what is left of the counts after them.
  for (const table of [
    'leads',
    'timeline',
    'connections',
    'totals',
    'statistics',
    'latencies',
    'changes',
  ] as const) {
    await ledger.database.deleteFrom(table).execute();
  }
}

/** Everything that was kept, as it is; `totals` and statistics without rows that say nothing. */
async function wholeLedger(): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(leads order by lead_id) from leads) as leads,
           (select jsonb_agg(lead_contents order by lead_id) from lead_contents) as contents,
           (select jsonb_agg(timeline order by lead_id, at, kind) from timeline) as timeline,
           (select jsonb_agg(connections order by connection_id) from connections) as connections,
           (select jsonb_agg(totals order by connection_id) from totals
            where accepted <> 0 or written <> 0 or dead <> 0) as totals,
           (select jsonb_agg(statistics order by connection_id, span, starts_at) from statistics
            where accepted <> 0 or written <> 0 or dead <> 0) as statistics,
           (select jsonb_agg(latencies order by connection_id, span, starts_at, class) from latencies
            where leads <> 0) as latencies
  `.execute(ledger.database);
  return rows[0];
}
