import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { EXPECTED_VERSION } from './judge-organization.ts';
import type { Lane } from './lane.ts';
import { KnownOrganization } from './read-organization.ts';
import { type Emulators, type Organization, startEmulators } from './testing/emulators.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';
const DAY_MS = 24 * 60 * 60_000;

let schema: WriterSchema;
let emulators: Emulators;

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
});
afterAll(async () => {
  await schema.close();
  await emulators.close();
});
beforeEach(async () => {
  await schema.begin();
});

/** Holds the lane of a connection to an organisation that is as the settings say. */
async function hold(
  settings: Record<string, unknown> = {},
): Promise<{ lane: Lane; organization: Organization }> {
  const organization = await emulators.organization(settings);
  await schema.database.updateTable('lanes').set({ organization: organization.organization }).execute();
  return { lane: await schema.claim(), organization };
}

function known(lane: Lane, { http }: Organization): KnownOrganization {
  const log = { info: () => undefined, warn: () => undefined };
  const expected = { solution: SOLUTION, version: EXPECTED_VERSION };
  return new KnownOrganization(lane, { database: schema.database, http, expected, log });
}

async function look(lane: Lane, organization: Organization, now = Date.now()): Promise<void> {
  const looking = known(lane, organization);
  await looking.recall(organization.accessToken, now);
  await looking.idle();
}

async function alerts(): Promise<string[]> {
  const rows = await schema.database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map(({ value }) => Alert.parse(JSON.parse(value)).what);
}

async function questions({ host }: Organization): Promise<number> {
  const { requests } = await emulators.control('GET', `requests?host=${host}`);
  return (requests as unknown[]).length;
}

describe('looking at an organisation', () => {
  test('learns the real lengths and options of its lead table', async () => {
    const { lane, organization } = await hold({
      columns: [
        { logicalName: 'subject', type: 'string', maxLength: 40 },
        { logicalName: 'contoso_tier', type: 'picklist', options: [{ value: 7, label: 'Gold' }] },
      ],
      removedColumns: ['jobtitle'],
    });
    await look(lane, organization);
    expect(lane.table?.columns).toMatchObject({
      subject: { kind: 'text', length: 40, isOneLine: true },
      contoso_tier: { kind: 'option', options: [{ value: 7, label: 'Gold' }] },
      description: { kind: 'text', length: 2000 },
    });
    expect(lane.table?.columns['description']).not.toHaveProperty('isOneLine');
    expect(lane.table?.columns).not.toHaveProperty('jobtitle');
    expect(await alerts()).toEqual([]);
  });

  test('is done once a day, also by the next who holds the lane', async () => {
    const { lane, organization } = await hold();
    await look(lane, organization);
    const asked = await questions(organization);
    const next = await schema.claim();
    await look(next, organization);
    expect(await questions(organization)).toBe(asked);
    expect(next.table?.columns).toHaveProperty('subject');
    await look(next, organization, Date.now() + DAY_MS);
    expect(await questions(organization)).toBeGreaterThan(asked);
  });

  test('warns of an old solution once, with both versions, and again when it changes', async () => {
    const older = (version: string): Record<string, unknown> => ({
      solutions: [{ uniquename: SOLUTION, version }],
    });
    const { lane, organization } = await hold(older('0.8.0.0'));
    await look(lane, organization);
    await look(lane, organization, Date.now() + DAY_MS);
    expect(await alerts()).toEqual([
      expect.stringMatching(/version 0\.8\.0\.0; version 1\.0\.0\.0 is expected/),
    ]);
    await emulators.control('PATCH', `organizations/${organization.host}`, older('0.9.0.0'));
    await look(lane, organization, Date.now() + 2 * DAY_MS);
    expect(await alerts()).toHaveLength(2);
  });

  test('says what the role may not read, and leads go on with the standard lengths', async () => {
    const privileges = { prvCreateLead: 'Basic' };
    const { lane, organization } = await hold({
      roles: [{ name: 'Microsoft Marketplace Lead Writer', privileges }],
    });
    await look(lane, organization);
    expect(lane.table).toBeUndefined();
    expect(await alerts()).toEqual([]);
    const { reading } = await schema.database.selectFrom('lanes').select('reading').executeTakeFirstOrThrow();
    expect(JSON.parse(reading ?? '')).toMatchObject({
      version: { known: expect.stringMatching(/^9\.2/) },
      solution: { unknown: expect.stringContaining('may not read') },
      roles: { unknown: expect.stringContaining('may not read') },
      table: { unknown: expect.stringContaining('may not read') },
    });
  });

  test('is done anew when a lead was refused for a column, and not again for each of many', async () => {
    const { lane, organization } = await hold();
    const looking = known(lane, organization);
    const { accessToken } = organization;
    await looking.recall(accessToken);
    const fittedTo = lane.table;
    const asked = await questions(organization);
    const shorten = (maxLength: number): Promise<unknown> =>
      emulators.control('PATCH', `organizations/${organization.host}`, {
        columns: [{ logicalName: 'subject', type: 'string', maxLength }],
      });
    expect(await looking.isOutdated(fittedTo, accessToken)).toBe(false);
    await shorten(50);
    expect(await looking.isOutdated(fittedTo, accessToken)).toBe(false);
    expect(await questions(organization)).toBe(2 * asked);
    const later = Date.now() + 5 * 60_000;
    const many = Array.from({ length: 9 }, () => looking.isOutdated(fittedTo, accessToken, later));
    expect(new Set(await Promise.all(many))).toEqual(new Set([true]));
    expect(lane.table?.columns['subject']?.length).toBe(50);
    // Fitted to another table before: no look is needed to know that this one is new.
    expect(await looking.isOutdated(fittedTo, accessToken, later)).toBe(true);
    expect(await looking.isOutdated(lane.table, accessToken, later)).toBe(false);
    expect(await questions(organization)).toBe(3 * asked);
  });

  test('is put off when the organisation gives no clear answer', async () => {
    const { lane, organization } = await hold();
    const fault = { host: organization.host, kind: 'status', status: 503, body: '<html>' };
    await emulators.control('POST', 'faults', fault);
    await look(lane, organization);
    expect(lane.table).toBeUndefined();
    await emulators.control('DELETE', `faults?host=${organization.host}`);
    await look(lane, organization);
    expect(lane.table).toBeDefined();
  });

  test('tells of a mapping that names columns which are not there, once, whatever else changes', async () => {
    const { organization } = await hold();
    await schema.database
      .updateTable('lanes')
      .set({ mapping: JSON.stringify({ columns: { contoso_offer: 'offer' } }) })
      .execute();
    const lane = await schema.claim();
    await look(lane, organization);
    expect(await alerts()).toEqual([expect.stringContaining('"contoso_offer"')]);
    await emulators.control('PATCH', `organizations/${organization.host}`, {
      solutions: [{ uniquename: SOLUTION, version: '0.8.0.0' }],
    });
    await look(lane, organization, Date.now() + DAY_MS);
    expect(await alerts()).toEqual([expect.anything(), expect.stringContaining('0.8.0.0')]);
  });
});
