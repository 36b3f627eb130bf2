import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ConnectionChanged, type topics } from '@leads/contracts';
import { eventually } from '@leads/testing';
import type { Destination } from '../destination.ts';
import { FollowConnections } from '../follow-connections.ts';
import { type DeliverySchema, received, startDeliverySchema } from '../testing/delivery-schema.ts';
import { runInstance, type RunningInstance } from '../testing/running-instance.ts';
import { TestDestination } from '../testing/test-destination.ts';
import type { Identity } from './lane.ts';

const samples = new URL('../../../contracts/samples/events/', import.meta.url);
const SAMPLE = ConnectionChanged.parse(
  JSON.parse(readFileSync(new URL('connections.v1.mapped.json', samples), 'utf8')),
);
const IDENTITY = 'a'.repeat(64);
const [ONE, OTHER] = [identity(), identity()];
const STRANGER = { ...identity(), identityHash: 'b'.repeat(64) };

let schema: DeliverySchema;
let instances: RunningInstance[];
/** Who was lifted, as each instance's destination was told. */
let lifted: Map<string, Date[]>[];

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.empty();
  await save(...[ONE, OTHER, STRANGER].map((connection) => ({ ...connection, version: 1 })));
  lifted = [];
  instances = ['one', 'two'].map((name) => run(name));
  await eventually(async () => {
    const lanes = await schema.database.selectFrom('lanes').select(['owner', 'shared_by']).execute();
    expect(new Set(lanes.map(({ owner }) => owner)).size).toBe(2);
    expect(lanes.map(({ shared_by: word }) => word)).not.toContain(null);
  });
});
afterEach(() => Promise.all(instances.map((instance) => instance.stop())));

function identity(): Identity & { identityHash: string } {
  return { connectionId: randomUUID(), url: 'https://there.example', identityHash: IDENTITY };
}

function run(name: string): RunningInstance {
  const told = new Map<string, Date[]>();
  lifted.push(told);
  const destination: Destination = Object.assign(new TestDestination() as Destination, {
    sharedBy: ({ url, identityHash }: Identity) => `${url} ${identityHash}`,
    lifted: ({ identityHash }: Identity, at: Date) => {
      told.set(identityHash ?? '', [...(told.get(identityHash ?? '') ?? []), at]);
    },
  });
  return runInstance(schema, destination, name);
}

async function save(...changes: Partial<ConnectionChanged>[]): Promise<void> {
  const records = changes.map((change) =>
    received<typeof topics.connections>({ ...SAMPLE, state: 'published', ...change }),
  );
  await new FollowConnections(schema.database).follow(records);
}

/** Everybody was asked to wait ten minutes. */
function askedToWait(): void {
  for (const { limits } of instances)
    for (const connection of [ONE, OTHER, STRANGER])
      limits.of(connection).refused({ waitMs: 600_000 }, Date.now());
}

const asked = (connection: Identity): boolean[] =>
  instances.map(({ limits }) => limits.of(connection).askedMs(Date.now()) > 0);

describe('what every instance remembers of an identity counts no more', () => {
  test.each([
    ['a save of one of its connections', () => save({ ...ONE, version: 2 })],
    ['a Validate of one of its connections', () => instances[0]?.limits.lift(ONE)],
  ])('after %s, and what is remembered of others stays', async (_what, act) => {
    askedToWait();
    await Promise.all(instances.map(({ limits }) => limits.written()));
    const since = Date.now();
    const told = ({ identityHash = '' }: { identityHash?: string }): number[] =>
      lifted.map((ats) => (ats.get(identityHash) ?? []).filter((at) => at.getTime() >= since).length);
    await act();
    await eventually(() => {
      expect(asked(OTHER)).toEqual([false, false]);
      expect(told(ONE)).toEqual([1, 1]);
    });
    expect(asked(STRANGER)).toEqual([true, true]);
    expect(told(STRANGER)).toEqual([0, 0]);
  });
});
