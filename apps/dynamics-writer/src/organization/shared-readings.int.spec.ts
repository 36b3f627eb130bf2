import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { topics } from '@leads/contracts';
import { ConnectionChanged } from '@leads/contracts';
import {
  FollowConnections,
  lead,
  received,
  runInstance,
  type RunningInstance,
} from '@leads/delivery/testing';
import { eventually, type RunningEmulators, startEmulators } from '@leads/testing';
import { sql } from 'kysely';
import { makeOrganization, type Organization } from '../testing/organization.ts';
import { dynamics, tokensFor } from '../testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from '../testing/writer-schema.ts';

const SAMPLE = ConnectionChanged.parse(
  JSON.parse(
    readFileSync(
      new URL('../../../../libs/contracts/samples/events/connections.v1.mapped.json', import.meta.url),
      'utf8',
    ),
  ),
);
const IDENTITY = 'a'.repeat(64);
const CONNECTIONS = Array.from({ length: 20 }, () => randomUUID());

let schema: WriterSchema;
let emulators: RunningEmulators;
let organization: Organization;
let instances: RunningInstance[];

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
});
afterAll(async () => {
  await schema.close();
  await emulators.close();
});
beforeEach(async () => {
  await schema.empty();
  organization = await makeOrganization(emulators);
  instances = [];
});

async function save(...changes: Partial<ConnectionChanged>[]): Promise<void> {
  const records = changes.map((change) =>
    received<typeof topics.connections>({
      ...SAMPLE,
      mapping: undefined,
      state: 'published',
      version: 1,
      url: organization.organization,
      identityHash: IDENTITY,
      ...change,
    }),
  );
  await new FollowConnections(schema.database).follow(records);
}

function run(name: string): RunningInstance {
  const instance = runInstance(
    schema,
    dynamics(schema, organization.resolver, tokensFor(organization)),
    name,
  );
  instances.push(instance);
  return instance;
}

const stop = (): Promise<unknown> => Promise.all(instances.map((instance) => instance.stop()));

/** One lead for each connection. */
async function leads(connectionIds: string[]): Promise<void> {
  await schema.takeIn(...connectionIds.map((connectionId) => lead({ connectionId })));
}

async function written(count: number): Promise<void> {
  await eventually(async () => expect(await emulators.control.countLeads(organization.host)).toBe(count), {
    timeoutMs: 30_000,
  });
}

/** How often each question about the organisation was asked. */
async function asked(): Promise<Record<string, number>> {
  const requests = await emulators.control.requests({ host: organization.host });
  const paths = requests
    .flatMap(({ body }) => body.match(/^GET \S+/gm) ?? [])
    .map((line) => /WhoAmI|RetrieveVersion|RetrieveUserPrivileges|ManyToOne|solutions/.exec(line)?.[0]);
  const counts: Record<string, number> = {};
  for (const path of paths) if (path !== undefined) counts[path] = (counts[path] ?? 0) + 1;
  return counts;
}

const times = (count: number): Record<string, number> => ({
  WhoAmI: count,
  RetrieveVersion: count,
  RetrieveUserPrivileges: count,
  ManyToOne: count,
  solutions: count,
});

/** Leads go on coming to all; whoever needs to knows by then. */
async function untilAsked(count: number): Promise<void> {
  await eventually(async () => {
    await leads(CONNECTIONS);
    expect(await asked()).toEqual(times(count));
  });
  await leads(CONNECTIONS);
}

describe('an organisation', () => {
  /** What was asked about it: requests, but for those that make leads. */
  const questions = async (): Promise<{ path: string; status: number }[]> =>
    (await emulators.control.requests({ host: organization.host })).filter(
      ({ method, body }) => method === 'GET' || /^GET /m.test(body),
    );

  const readOnce = async (): Promise<void> => {
    const [connectionId = ''] = CONNECTIONS;
    await save({ connectionId });
    run('one');
    try {
      await leads([connectionId]);
      await written(1);
      await eventually(async () => {
        const kept = await schema.database.selectFrom('readings').select('reading').execute();
        expect(kept).toMatchObject([{ reading: expect.stringContaining('emailaddress1') }]);
      });
    } finally {
      await stop();
    }
  };

  test('is asked everything about itself in two requests', async () => {
    await readOnce();
    expect((await questions()).map(({ path }) => path.split('/').at(-1))).toEqual(['$batch', '$batch']);
  });

  test('that takes no batches is asked one by one', async () => {
    organization = await makeOrganization(emulators, { switches: { batch: false } });
    await readOnce();
    const together = (await questions()).filter(({ path }) => path.endsWith('$batch'));
    expect(together).toMatchObject([{ status: 404 }]);
  });
});

describe('twenty offers of one application in one organisation', () => {
  test('ask it once about itself, whichever instances drain them, and once more after a save or a Validate of one', async () => {
    await save(...CONNECTIONS.map((connectionId) => ({ connectionId })));
    const [first] = [run('one'), run('two')];
    try {
      await eventually(async () => {
        const { rows } = await sql<{ owners: number }>`
          select count(distinct owner)::int as owners from lanes
        `.execute(schema.database);
        expect(rows).toEqual([{ owners: 2 }]);
      });
      await leads(CONNECTIONS);
      await written(20);
      await eventually(async () => expect(await asked()).toEqual(times(1)));
      const [saved = '', validated = ''] = CONNECTIONS;
      await save({ connectionId: saved, version: 2 });
      await untilAsked(2);

      await first.limits.lift({
        connectionId: validated,
        url: organization.organization,
        identityHash: IDENTITY,
      });
      await untilAsked(3);
    } finally {
      await stop();
    }
  });

  test('that sign in as different users are asked about each', async () => {
    const [one = '', other = ''] = CONNECTIONS;
    await save({ connectionId: one }, { connectionId: other, identityHash: 'b'.repeat(64) });
    run('one');
    try {
      await leads([one, other]);
      await written(2);
      await eventually(async () => expect(await asked()).toEqual(times(2)));
    } finally {
      await stop();
    }
  });

  test('are told what is amiss with a mapping when it is saved, before there is any lead', async () => {
    const [connectionId = ''] = CONNECTIONS;
    await save({ connectionId });
    run('one');
    try {
      await eventually(async () => {
        const owners = await schema.database.selectFrom('lanes').select('owner').execute();
        expect(owners).toEqual([{ owner: 'one' }]);
      });
      await save({ connectionId, version: 2, mapping: { columns: { contoso_ofer: 'offer' } } });
      await eventually(async () => {
        const rows = await schema.database.selectFrom('outbox').select('value').execute();
        expect(rows.map(({ value }) => (JSON.parse(value) as { what: string }).what)).toEqual([
          expect.stringContaining('"contoso_ofer"'),
        ]);
      });
      expect(await emulators.control.countLeads(organization.host)).toBe(0);
    } finally {
      await stop();
    }
  });

  test('ask it anew where what is kept lacks a part, and leads go on', async () => {
    const [connectionId = ''] = CONNECTIONS;
    await save({ connectionId });
    const reading = JSON.stringify({ organization: organization.organization, version: { known: '9.2' } });
    await sql`
      insert into readings (organization, identity, reading, read_at, asked_at, again_at)
      values (${organization.organization}, ${IDENTITY}, ${reading}, now(), now(), now() + interval '1 day')
    `.execute(schema.database);
    run('one');
    try {
      await leads([connectionId]);
      await written(1);
      await eventually(async () => expect(await asked()).toEqual(times(1)));
    } finally {
      await stop();
    }
  });
});
