import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import type { Lane } from '@leads/delivery';
import { silent } from '@leads/delivery/testing';
import { Outbound } from '@leads/service';
import { contoso, type OrganizationSettings, type RunningEmulators, startEmulators } from '@leads/testing';
import { EXPECTED_VERSION } from './judge-organization.ts';
import { KnownOrganization } from './read-organization.ts';
import { Readings } from './readings.ts';
import { makeOrganization, type Organization } from '../testing/organization.ts';
import { startWriterSchema, type WriterSchema } from '../testing/writer-schema.ts';

const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';
const ROLE = 'Microsoft Marketplace Lead Writer';
const CLIENT = contoso.applicationId;
const DAY_MS = 24 * 60 * 60_000;

let schema: WriterSchema;
let emulators: RunningEmulators;
let http: Outbound;

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
  http = new Outbound({
    resolver: emulators.url,
    connections: 8,
    timeoutMs: 5_000,
    maxBodyBytes: 1024 * 1024,
  });
});
afterAll(async () => {
  await http.close();
  await schema.close();
  await emulators.close();
});
beforeEach(async () => {
  await schema.begin();
});

/** Holds the lane of a connection to an organisation that is as the settings say. */
async function hold(
  settings: Partial<OrganizationSettings> = {},
): Promise<{ lane: Lane; organization: Organization }> {
  const organization = await makeOrganization(emulators, settings);
  await schema.database.updateTable('lanes').set({ url: organization.organization }).execute();
  return { lane: await schema.claim(), organization };
}

function known(lane: Lane): KnownOrganization {
  const expected = { solution: SOLUTION, version: EXPECTED_VERSION };
  const { database } = schema;
  const readings = new Readings({ database, expected, log: silent });
  return new KnownOrganization(lane, { database, http, readings, log: silent });
}

async function look(lane: Lane, organization: Organization, now = Date.now()): Promise<KnownOrganization> {
  const looking = known(lane);
  await looking.recall(organization.accessToken, now);
  await looking.idle();
  return looking;
}

async function told(): Promise<Alert[]> {
  const rows = await schema.database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map(({ value }) => Alert.parse(JSON.parse(value)));
}

/** What was told to be amiss. */
async function alerts(): Promise<string[]> {
  return (await told()).filter(({ transition }) => transition === 'triggered').map(({ what }) => what);
}

async function questions({ host }: Organization): Promise<number> {
  return (await emulators.control.requests({ host })).length;
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
    const { table } = await look(lane, organization);
    expect(table?.columns).toMatchObject({
      subject: { kind: 'text', length: 40, isOneLine: true },
      contoso_tier: { kind: 'option', options: [{ value: 7, label: 'Gold' }] },
      description: { kind: 'text', length: 2000 },
    });
    expect(table?.columns['description']).not.toHaveProperty('isOneLine');
    expect(table?.columns).not.toHaveProperty('jobtitle');
    expect(await alerts()).toEqual([]);
  });

  test('is done once a day, also by the next who holds the lane', async () => {
    const { lane, organization } = await hold();
    await look(lane, organization);
    const asked = await questions(organization);
    const next = await schema.claim();
    const { table } = await look(next, organization);
    expect(await questions(organization)).toBe(asked);
    expect(table?.columns).toHaveProperty('subject');
    await look(next, organization, Date.now() + DAY_MS);
    expect(await questions(organization)).toBeGreaterThan(asked);
  });

  test('warns of an old solution once, with both versions, and again when it changes', async () => {
    const older = (version: string): Partial<OrganizationSettings> => ({
      solutions: [{ uniquename: SOLUTION, version }],
    });
    const { lane, organization } = await hold(older('0.8.0.0'));
    await look(lane, organization);
    await look(lane, organization, Date.now() + DAY_MS);
    expect(await alerts()).toEqual([
      expect.stringMatching(/version 0\.8\.0\.0; version 1\.0\.0\.0 is expected/),
    ]);
    await emulators.control.changeOrganization(organization.host, older('0.9.0.0'));
    await look(lane, organization, Date.now() + 2 * DAY_MS);
    expect(await alerts()).toHaveLength(2);
  });

  test('tells by its cause what is amiss at the organisation, and that it is no more, of a mapping apart', async () => {
    const { organization } = await hold({ solutions: [{ uniquename: SOLUTION, version: '0.8.0.0' }] });
    const mapping = JSON.stringify({ columns: { contoso_offer: 'offer' } });
    await schema.database.updateTable('lanes').set({ mapping }).execute();
    const ofOrganization = {
      trouble: 'connection-warning',
      cause: 'solution-older',
      place: { scope: 'organization', id: organization.organization },
    };
    await look(await schema.claim(), organization);
    expect(await told()).toMatchObject([
      { ...ofOrganization, transition: 'triggered', kind: 'connection-warning' },
      { trouble: 'connection-warning', cause: 'mapping-contoso_offer', transition: 'triggered' },
    ]);
    expect((await told())[1]).not.toHaveProperty('place');
    await emulators.control.changeOrganization(organization.host, {
      solutions: [{ uniquename: SOLUTION, version: EXPECTED_VERSION }],
    });
    await look(await schema.claim(), organization, Date.now() + DAY_MS);
    expect((await told()).slice(2)).toMatchObject([
      { trouble: 'connection-warning', cause: 'solution-older', transition: 'cleared' },
    ]);
  });

  test('tells anew what a save did not mend', async () => {
    const { lane, organization } = await hold({ solutions: [{ uniquename: SOLUTION, version: '0.8.0.0' }] });
    await look(lane, organization);
    await look(await schema.claim(), organization);
    expect(await alerts()).toHaveLength(1);
    await schema.database
      .updateTable('lanes')
      .set({ version: lane.version + 1 })
      .execute();
    await look(await schema.claim(), organization);
    expect(await alerts()).toHaveLength(2);
  });

  test('of warnings of before their causes were told each is told anew, and they are over', async () => {
    const { lane, organization } = await hold({ solutions: [{ uniquename: SOLUTION, version: '0.8.0.0' }] });
    const before = JSON.stringify([{ cause: 'solution-older', what: 'Before.', remedy: 'Look.' }]);
    await schema.database.updateTable('lanes').set({ warnings: before }).execute();
    await look(lane, organization);
    expect(await told()).toMatchObject([
      { cause: 'solution-older', transition: 'triggered' },
      { cause: 'connection-warning', transition: 'cleared' },
    ]);
  });

  test.each([
    [
      'a role that comes through a team',
      { teams: [{ name: 'Writers', roles: [ROLE], members: [CLIENT] }] },
      [],
    ],
    ['no role that may create leads', {}, [expect.stringContaining('does not have the role')]],
  ])('of a user with %s raises an alarm only where leads cannot be made', async (_what, teams, raised) => {
    const applicationUsers = [{ applicationId: CLIENT, roles: ['Reader'] }];
    const read = { prvReadRole: 'Global', prvReadUser: 'Global', prvReadSolution: 'Global' } as const;
    const roles = [
      { name: 'Reader', privileges: read },
      { name: ROLE, privileges: { prvCreateLead: 'Basic' } as const },
    ];
    const { lane, organization } = await hold({ applicationUsers, roles, ...teams });
    await look(lane, organization);
    expect(await alerts()).toEqual(raised);
  });

  test('keeps what was read before where an organization lets nobody in', async () => {
    const { lane, organization } = await hold();
    await look(lane, organization);
    await emulators.control.changeOrganization(organization.host, { disabled: true });
    const { table } = await look(lane, organization, Date.now() + DAY_MS);
    expect(table?.columns).toHaveProperty('subject');
    const next = await look(await schema.claim(), organization);
    expect(next.table?.columns).toHaveProperty('subject');
  });

  test('warns of a column of its mapping that its user may not fill, once, before any lead', async () => {
    const column = { logicalName: 'contoso_closed', type: 'string' as const, maxLength: 100, secured: true };
    const mapping = JSON.stringify({ columns: { contoso_closed: 'offer' } });
    const { organization } = await hold({ columns: [column] });
    await schema.database.updateTable('lanes').set({ mapping }).execute();
    const lane = await schema.claim();
    const looking = await look(lane, organization);
    const warning = expect.stringMatching(/"contoso_closed" is secured/);
    expect(await alerts()).toEqual([warning]);
    const record = { leadid: randomUUID(), contoso_closed: 'x' };
    const said = {
      code: '0x8004f502',
      text: 'Caller does not have Create permissions to contoso_closed, which is secured.',
    };
    const refused = { record, said, fittedTo: looking.table, sentAt: Date.now() };
    expect(await looking.reconsider(refused, organization.accessToken)).toEqual({ kind: 'leave-out' });
    await looking.idle();
    expect(await alerts()).toEqual([warning]);
  });

  test('warns of a lookup of its mapping that its user may not bind, before any lead', async () => {
    const privileges = { prvCreateLead: 'Basic', prvAppendLead: 'Basic' } as const;
    const read = {
      prvReadEntity: 'Global',
      prvReadAttribute: 'Global',
      prvReadRelationship: 'Global',
    } as const;
    const { organization } = await hold({ roles: [{ name: ROLE, privileges: { ...privileges, ...read } }] });
    const mapping = JSON.stringify({ lookups: { campaignid: `/campaigns(${randomUUID()})` } });
    await schema.database.updateTable('lanes').set({ mapping }).execute();
    await look(await schema.claim(), organization);
    expect(await told()).toMatchObject([
      { cause: 'left-out-campaignid', what: expect.stringContaining('Append To on the table campaign') },
    ]);
  });

  test('says what the role may not read, and leads go on with the standard lengths', async () => {
    const privileges = { prvCreateLead: 'Basic' } as const;
    const { lane, organization } = await hold({
      roles: [{ name: 'Microsoft Marketplace Lead Writer', privileges }],
    });
    const { table } = await look(lane, organization);
    expect(table).toBeUndefined();
    expect(await alerts()).toEqual([]);
    const { reading } = await schema.database
      .selectFrom('readings')
      .select('reading')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(reading ?? '')).toMatchObject({
      version: { known: expect.stringMatching(/^9\.2/) },
      solution: { unknown: expect.stringContaining('may not read') },
      roles: { unknown: expect.stringContaining('may not read') },
      table: { unknown: expect.stringContaining('may not read') },
    });
  });

  test('is done anew when a lead was refused for a column, and not again for each of many', async () => {
    const { lane, organization } = await hold();
    const looking = known(lane);
    const { accessToken } = organization;
    const start = Date.now();
    await looking.recall(accessToken, start);
    const fittedTo = looking.table;
    const asked = await questions(organization);
    const shorten = (maxLength: number): Promise<unknown> =>
      emulators.control.changeOrganization(organization.host, {
        columns: [{ logicalName: 'subject', type: 'string', maxLength }],
      });
    const said = { code: '0x80044331', text: 'The length exceeded the maximum allowed length.' };
    const record = { leadid: randomUUID(), subject: 'Contoso' };
    const refused = (afterMs: number, table = fittedTo) => {
      const now = start + afterMs;
      return looking.reconsider({ record, said, fittedTo: table, sentAt: now - 1 }, accessToken, now);
    };
    expect(await refused(1_000)).toEqual({ kind: 'refused' });
    expect(await questions(organization)).toBe(2 * asked);
    await shorten(50);
    // The table was read before this one was sent, and just now: it waits for the next look.
    expect(await refused(2_000)).toEqual({ kind: 'later', afterMs: expect.any(Number) });
    expect(await questions(organization)).toBe(2 * asked);
    const many = Array.from({ length: 9 }, () => refused(60_000));
    expect(new Set((await Promise.all(many)).map(({ kind }) => kind))).toEqual(new Set(['fit-anew']));
    expect(looking.table?.columns['subject']?.length).toBe(50);
    // Fitted to another table before: no look is needed to know that this one is new.
    expect(await refused(60_001)).toEqual({ kind: 'fit-anew' });
    expect(await questions(organization)).toBe(3 * asked);
    // A change that was found may be followed by another at once.
    await shorten(20);
    expect(await refused(61_000, looking.table)).toEqual({ kind: 'fit-anew' });
    expect(looking.table?.columns['subject']?.length).toBe(20);
  });

  test('is put off when the organisation gives no clear answer', async () => {
    const { lane, organization } = await hold();
    const fault = { host: organization.host, kind: 'status' as const, status: 503, body: '<html>' };
    await emulators.control.addFault(fault);
    const { table } = await look(lane, organization);
    expect(table).toBeUndefined();
    await emulators.control.clearFaults(organization.host);
    expect((await look(lane, organization)).table).toBeDefined();
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
    await emulators.control.changeOrganization(organization.host, {
      solutions: [{ uniquename: SOLUTION, version: '0.8.0.0' }],
    });
    await look(lane, organization, Date.now() + DAY_MS);
    expect(await alerts()).toEqual([expect.anything(), expect.stringContaining('0.8.0.0')]);
  });
});
