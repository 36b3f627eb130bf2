import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
import { type DeliverySchema, lead, startDeliverySchema } from './testing/delivery-schema.ts';
import { runInstance, type RunningInstance } from './testing/running-instance.ts';
import { TestDestination, written } from './testing/test-destination.ts';

const PATIENCE = { timeoutMs: 40_000 };
const UNREADABLE = '{"constants":{"Ä of a newer writer":1}}';
const HOSTILE = JSON.stringify({ cause: 'a\0\ud83d', what: '\ud83d\0', remedy: '', suspect: 'connection' });

let schema: DeliverySchema;
let destination: TestDestination;
let instance: RunningInstance | undefined;
beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.empty();
  destination = new TestDestination();
});
afterEach(() => instance?.stop());

/** A published connection's lane that nobody holds yet. */
async function makeLane(facts: { mapping?: string; broken?: string } = {}): Promise<string> {
  const connectionId = randomUUID();
  await sql`
    insert into lanes (connection_id, version, url, state, secret_version, mapping, broken)
    values (${connectionId}, 1, 'https://there.example', 'published', 1, ${facts.mapping ?? null}, ${facts.broken ?? null})
  `.execute(schema.database);
  return connectionId;
}

async function isDelivered(connectionId: string): Promise<void> {
  const accepted = lead({ connectionId });
  await schema.takeIn(accepted);
  await eventually(() => expect(destination.sent).toContain(accepted.leadId), PATIENCE);
}

/** When the lease of each lane that is held ends, by the connection. */
async function leases(): Promise<Map<string, Date>> {
  const { rows } = await sql<{ id: string; until: Date }>`
    select connection_id as id, leased_until as until from lanes where owner = 'a' and leased_until > now()
  `.execute(schema.database);
  return new Map(rows.map(({ id, until }) => [id, until]));
}

async function setState(state: 'paused' | 'published'): Promise<void> {
  await sql`update lanes set state = ${state}, version = version + 1`.execute(schema.database);
}

test('a paused connection finishes what is in flight, and nothing of it is looked up when it goes on', async () => {
  const answering = Promise.withResolvers<void>();
  const hung: string[] = [];
  destination = new TestDestination({
    mostInFlight: 4,
    answer: async ([leadId = '']) => {
      hung.push(leadId);
      await answering.promise;
      return [written(leadId)];
    },
  });
  const connectionId = await makeLane();
  await schema.takeIn(...Array.from({ length: 20 }, () => lead({ connectionId })));
  instance = runInstance(schema, destination, 'a');
  await eventually(() => expect(hung.length).toBeGreaterThan(0), PATIENCE);
  const sent = hung.length;
  const [[, before] = []] = await leases();
  await setState('paused');
  // Held for as long as it takes, though nothing new begins.
  await eventually(async () => {
    const [[, now] = []] = await leases();
    expect(now?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
  }, PATIENCE);
  answering.resolve();
  await eventually(async () => expect(await leases()).toEqual(new Map()), PATIENCE);
  const states = schema.database.selectFrom('deliveries').select(['state', 'unclear']);
  const rows = await states.execute();
  expect(rows.filter(({ state }) => state === 'written')).toHaveLength(hung.length);
  expect(hung.length).toBeLessThan(sent + 4);
  expect(rows.filter(({ unclear }) => unclear)).toEqual([]);
  await setState('published');
  await eventually(async () => {
    expect((await states.execute()).filter(({ state }) => state !== 'written')).toEqual([]);
  }, PATIENCE);
  expect(destination.looks).toEqual([]);
});

test('lanes are taken up, drained and renewed beside some that nobody here can read', async () => {
  const others = [await makeLane({ mapping: UNREADABLE }), await makeLane({ broken: HOSTILE })];
  const sound = [await makeLane(), await makeLane()];
  instance = runInstance(schema, destination, 'a');
  for (const connectionId of sound) await isDelivered(connectionId);

  // One that is held becomes unreadable by a save: the rounds after that renew every lease all the same.
  await sql`update lanes set mapping = ${UNREADABLE}, version = 2 where connection_id = ${sound[0] ?? ''}`.execute(
    schema.database,
  );
  let before = await leases();
  expect([...before.keys()].sort()).toEqual([...others, ...sound].sort());
  for (let round = 0; round < 2; round += 1) {
    await eventually(async () => {
      const now = await leases();
      for (const [id, until] of before) expect(now.get(id)?.getTime()).toBeGreaterThan(until.getTime());
    }, PATIENCE);
    before = await leases();
  }
  await isDelivered(sound[1] ?? '');
});
