import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert, LeadOutcome, present, ValidationStep } from '@leads/contracts';
import { Limits, ValidationSteps } from '@leads/delivery';
import {
  CONNECTION,
  countLeads,
  lead,
  openBreaker,
  OWN_CLOCK,
  REASON,
  type RunningLane,
} from '@leads/delivery/testing';
import {
  contoso,
  eventually,
  type OrganizationSettings,
  type RunningEmulators,
  startEmulators,
} from '@leads/testing';
import { makeOrganization, type Organization } from '../testing/organization.ts';
import { drainInto, dynamics, tokensFor } from '../testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from '../testing/writer-schema.ts';

const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';
const ROLE = 'Microsoft Marketplace Lead Writer';
const CLIENT_ID = contoso.applicationId;
const PRIVILEGES = {
  prvCreateLead: 'Basic',
  prvReadLead: 'Basic',
  prvCreateUserEntityUISettings: 'Basic',
  prvReadUserEntityUISettings: 'Basic',
  prvWriteUserEntityUISettings: 'Basic',
  prvReadAsyncOperation: 'Global',
  prvWriteAsyncOperation: 'Global',
  prvAppendToAsyncOperation: 'Global',
} as const;

let schema: WriterSchema;
let emulators: RunningEmulators;
let running: RunningLane | undefined;
/** The Validate that is asked for; what is validated again in one test is begun anew under it. */
let validationId: string;

beforeAll(async () => {
  [schema, emulators] = await Promise.all([startWriterSchema(), startEmulators()]);
});
afterAll(async () => {
  await schema.close();
  await emulators.close();
});
beforeEach(async () => {
  await schema.begin();
  validationId = randomUUID();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Has the lane of a connection drained into an organisation that is as the settings say. */
async function serve(
  settings: Partial<OrganizationSettings> = {},
  state = 'published',
): Promise<Organization> {
  const organization = await makeOrganization(emulators, settings);
  await schema.database
    .insertInto('validations')
    .values({ validation_id: validationId, connection_id: CONNECTION, asked_at: new Date(), done_at: null })
    .execute();
  running = await drainInto(schema, organization, { state });
  return organization;
}

/** A refused test lead takes all the time it is given: enough for its refusal to be known on a busy machine too. */
const ENOUGH_MS = 6_000;

interface Run {
  steps: ValidationStep[];
  /** What a check ended with. */
  end: (check: string) => ValidationStep | undefined;
}

/** Begins a Validate. @returns the steps it tells of, as they come, and its end */
function begin(
  organization: Organization,
  patienceMs = 10_000,
  signal?: AbortSignal,
): { told: ValidationStep[]; made: Promise<void> } {
  const told: ValidationStep[] = [];
  const publisher = {
    publish: (_topic: unknown, values: unknown[]) => {
      told.push(...values.map((value) => ValidationStep.parse(value)));
      return Promise.resolve();
    },
  };
  const destination = dynamics(schema, organization.resolver, tokensFor(organization));
  const parts = { database: schema.database, clock: OWN_CLOCK, publisher, destination, patienceMs };
  const steps = new ValidationSteps({ validationId, connectionId: CONNECTION }, parts, signal);
  const connection = { connectionId: CONNECTION, url: organization.organization, secretVersion: 1 };
  return { told, made: destination.validate(connection, steps, new Limits()).then(() => steps.end()) };
}

async function validate(organization: Organization, patienceMs?: number): Promise<Run> {
  const { told: steps, made } = begin(organization, patienceMs);
  await made;
  return {
    steps,
    end: (check) => steps.find((step) => step.check === check && step.status !== 'started'),
  };
}

function records({ host }: Organization): Promise<Record<string, unknown>[]> {
  return emulators.control.leads(host);
}

const inconclusive = (run: Run): string[] =>
  run.steps.filter(({ status }) => status === 'failed' || status === 'warning').map(({ check }) => check);

describe('the second half of a Validate', () => {
  test('passes every check of an organisation set up by the guide, and leaves one test lead', async () => {
    const organization = await serve();
    const run = await validate(organization);
    expect(inconclusive(run)).toEqual([]);
    const ends = run.steps.filter(({ status }) => status !== 'started').map(({ check }) => check);
    expect(ends.filter((check) => !check.startsWith('privilege-') && check !== 'role')).toEqual([
      'token',
      'user',
      'version',
      'solution',
      'lead-table',
      'test-lead',
      'test-lead-found',
      'dynamics',
      'validate',
    ]);
    expect(ends.filter((check) => check.startsWith('privilege-'))).toHaveLength(7);
    expect(run.end('dynamics')?.status).toBe('passed');
    expect(run.end('validate')?.status).toBe('finished');
    // The guide's role may not read roles.
    expect(run.end('role')).toMatchObject({
      status: 'passed',
      cause: expect.stringContaining('may not read'),
    });
    expect(await records(organization)).toEqual([
      expect.objectContaining({
        leadid: validationId,
        lastname: expect.stringMatching(/^MSFT_TEST_\d{18}$/),
      }),
    ]);
  });

  test("its test lead counts as nobody's lead, and its outcome says that it is a test", async () => {
    await validate(await serve());
    expect(await countLeads(schema.database)).toEqual([
      expect.objectContaining({ accepted: 0, written: 0, pending: 0, dead: 0 }),
    ]);
    const rows = await schema.database.selectFrom('outbox').select('value').execute();
    expect(rows.map(({ value }) => LeadOutcome.parse(JSON.parse(value)))).toEqual([
      expect.objectContaining({ outcome: 'written', isTest: true }),
    ]);
  });

  test('passed, it closes the breaker of a draft that waits for its connection to be mended', async () => {
    const organization = await serve({}, 'draft');
    if (!running) throw new Error('no lane runs');
    const fault = { host: organization.host, kind: 'status' as const, status: 401 };
    await emulators.control.addFault({ ...fault, match: { method: 'POST' } });
    const failed = await validate(organization, 30_000);
    expect(failed.end('test-lead')).toMatchObject({ status: 'failed' });
    expect(running.lane.brokenCause).not.toBeNull();
    await emulators.control.clearFaults(organization.host);
    const passed = await validate(organization);
    expect(passed.end('dynamics')?.status).toBe('passed');
    const rows = await schema.database
      .selectFrom('outbox')
      .selectAll()
      .where('topic', '=', 'alerts.v1')
      .execute();
    expect(rows.map(({ value }) => Alert.parse(JSON.parse(value)).kind)).toEqual([
      'connection-failing',
      'connection-restored',
    ]);
  });

  test('a test lead that failed is taken back: it never comes later', async () => {
    const organization = await serve();
    if (!running) throw new Error('no lane runs');
    await openBreaker(schema.database, running.lane, REASON, 'connection', new Date());
    await emulators.control.addFault({
      host: organization.host,
      match: { method: 'POST' },
      kind: 'status',
      status: 503,
    });
    const run = await validate(organization, 500);
    expect(run.end('test-lead')?.status).toBe('failed');
    expect(await schema.database.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  });

  test('cut off over its test lead it tells nothing more', async () => {
    const organization = await serve();
    const { host } = organization;
    await emulators.control.addFault({
      host,
      match: { method: 'POST' },
      kind: 'status',
      status: 503,
    });
    const cutOff = new AbortController();
    const { told: steps, made } = begin(organization, undefined, cutOff.signal);
    await eventually(() => expect(steps.at(-1)).toMatchObject({ check: 'test-lead', status: 'started' }));
    const told = steps.length;
    cutOff.abort();
    await expect(made).rejects.toThrow();
    expect(steps).toHaveLength(told);
  });

  test.each<[string, Partial<OrganizationSettings>, string, RegExp, RegExp]>([
    ['no user', { applicationUsers: [] }, 'user', /0x80072560/, /Application Users/],
    [
      'no grant on System Job',
      { roles: [{ name: ROLE, privileges: { ...PRIVILEGES, prvWriteAsyncOperation: 'Basic' } }] },
      'privilege-prvWriteAsyncOperation',
      /only at the level Basic; Global is needed/,
      /Find System Job, and set Write to Organization\..*tab Customization/,
    ],
    [
      'no right to create leads',
      { roles: [{ name: ROLE, privileges: { prvReadLead: 'Basic' } }] },
      'privilege-prvCreateLead',
      /prvCreateLead/,
      /Edit security roles/,
    ],
    [
      'a plug-in that refuses',
      { plugins: [{ column: 'subject' }] },
      'test-lead',
      /refused by a plug-in/,
      /replay|rule/,
    ],
    ['no lead table', { hasLeadTable: false }, 'lead-table', /no lead table/, /Dynamics 365 Sales/],
  ])('%s fails with cause and remedy', async (_case, settings, check, cause, remedy) => {
    const run = await validate(await serve(settings), ENOUGH_MS);
    expect(run.end(check)).toMatchObject({
      status: 'failed',
      cause: expect.stringMatching(cause),
      remedy: expect.stringMatching(remedy),
    });
    expect(run.end('dynamics')?.status).toBe('failed');
    expect(run.end('validate')?.status).toBe('finished');
  });

  describe('a refusal of Dynamics is told in words of its own', () => {
    const refusing = (status: number, code: string, text: string) => ({ plugins: [{ status, code, text }] });

    test.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
      [
        'the IP firewall',
        { blockedAddress: '203.0.113.7' },
        'user',
        /IP address 203\.0\.113\.7 is blocked/,
        /The address is 203\.0\.113\.7\..*IP firewall/,
      ],
      [
        'a disabled organization',
        { disabled: true },
        'user',
        /0x8004a104/i,
        /Is it disabled\? Then enable it\./,
      ],
      [
        'administration mode',
        { administrationMode: true },
        'user',
        /administration mode/,
        /Is it in administration mode\? Then end that/,
      ],
      [
        'a disabled user',
        { applicationUsers: [{ applicationId: CLIENT_ID, roles: [ROLE], enabled: false }] },
        'user',
        /disabled/,
        /see that its state is Active/,
      ],
      [
        'a blocked application',
        { blockedApplications: [CLIENT_ID] },
        'user',
        /0x80095ffc/i,
        /Application \(client\) ID of this connection to the allowed applications/,
      ],
      [
        'a privilege that is named',
        { plugins: [{ demands: { privilege: 'prvReadnew_segment', table: 'new_segment' } }] },
        'test-lead',
        /prvReadnew_segment/,
        /find the table new_segment, set Read to Organization.*a plug-in or workflow/,
      ],
      [
        'a column that is named',
        refusing(400, '0x80040200', "Attribute 'contoso_region' is required and may not be empty."),
        'test-lead',
        /contoso_region/,
        /requires the column contoso_region\..*constant in the mapping/,
      ],
      [
        'the text of a plug-in',
        refusing(400, '0x80040265', 'Contoso wants a budget first.'),
        'test-lead',
        /Contoso wants a budget first\./,
        /A plug-in, workflow or rule of the organization refused the record\. Ask its administrator/,
      ],
      [
        'a code that is listed nowhere',
        refusing(400, '0x80049999', 'Nobody has listed this.'),
        'test-lead',
        /0x80049999: Nobody has listed this\./,
        /a code that is not known here\. Ask the administrator/,
      ],
    ])('%s', async (_case, settings, check, cause, remedy) => {
      const run = await validate(await serve(settings), ENOUGH_MS);
      expect(run.end(check)).toMatchObject({
        status: 'failed',
        cause: expect.stringMatching(cause),
        remedy: expect.stringMatching(remedy),
      });
      expect(run.end('dynamics')?.status).toBe('failed');
    });
  });

  test('an old solution is a warning and keeps nothing from passing', async () => {
    const run = await validate(await serve({ solutions: [{ uniquename: SOLUTION, version: '0.9.0.0' }] }));
    expect(inconclusive(run)).toEqual(['solution']);
    expect(run.end('solution')?.cause).toMatch(/0\.9\.0\.0; version 1\.0\.0\.0 is expected/);
    expect(run.end('dynamics')?.status).toBe('passed');
  });

  test('what the role may not read is concluded from the test lead', async () => {
    const privileges = { ...PRIVILEGES, prvReadLead: undefined };
    const roles = [{ name: ROLE, privileges: present(privileges) }];
    const run = await validate(await serve({ roles }));
    expect(inconclusive(run)).toEqual(['test-lead-found']);
    for (const check of ['solution', 'role', 'lead-table']) {
      expect(run.end(check)).toMatchObject({
        status: 'passed',
        cause: expect.stringContaining('test lead was written'),
      });
    }
    expect(run.end('test-lead-found')).toMatchObject({
      cause: expect.stringMatching(/may not read it back.*answer of Dynamics is lost.*counts as written/),
      remedy: expect.stringMatching(/Find Lead, and set Read to User\./),
    });
  });

  const everyCreate = { leadWriterRoleRequired: false, handMadeGrantsRequired: false };

  test('a role stricter than the guide’s is a warning where the test lead is written and found', async () => {
    const roles = [{ name: ROLE, privileges: { prvCreateLead: 'Basic', prvReadLead: 'Basic' } as const }];
    const run = await validate(await serve({ roles, switches: everyCreate }));
    expect(run.end('test-lead-found')?.status).toBe('passed');
    expect(run.end('dynamics')?.status).toBe('passed');
    expect(run.steps.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(run.end('privilege-prvReadAsyncOperation')).toMatchObject({
      status: 'warning',
      cause: expect.stringContaining('written all the same'),
    });
  });

  test('a role that comes through a team is as good as one assigned directly', async () => {
    const reading = { prvReadRole: 'Global', prvReadUser: 'Global', prvReadTeam: 'Global' } as const;
    const applicationUsers = [{ applicationId: CLIENT_ID, roles: ['Reader'] }];
    const roles = [
      { name: ROLE, privileges: PRIVILEGES },
      { name: 'Reader', privileges: reading },
    ];
    const teams = [{ name: 'Lead writers', roles: [ROLE], members: [CLIENT_ID] }];
    const run = await validate(await serve({ applicationUsers, roles, teams }));
    expect(run.end('role')?.status).toBe('passed');
    expect(run.end('dynamics')?.status).toBe('passed');
  });

  test('reads a lead table that takes several MiB to describe', async () => {
    const run = await validate(await serve({ padding: { columns: 1_500, options: 8_000, languages: 7 } }));
    expect(run.end('lead-table')?.status).toBe('passed');
    expect(run.end('dynamics')?.status).toBe('passed');
  });

  test('fails with what Dynamics answered where it answers 503 throughout', async () => {
    const organization = await serve();
    const fault = { host: organization.host, kind: 'status' as const, status: 503, body: '<html>' };
    await emulators.control.addFault(fault);
    const run = await validate(organization, 1_000);
    expect(run.end('user')).toMatchObject({ status: 'failed', cause: expect.stringContaining('503') });
    expect(run.end('dynamics')?.status).toBe('failed');
  });

  test('fails where the test lead was taken and cannot be looked up', async () => {
    const organization = await serve();
    await emulators.control.addFault({
      host: organization.host,
      match: { method: 'GET', path: `leads(${validationId})` },
      kind: 'status',
      status: 503,
    });
    const run = await validate(organization);
    expect(run.end('test-lead')?.status).toBe('passed');
    expect(run.end('test-lead-found')).toMatchObject({
      status: 'failed',
      cause: expect.stringMatching(/not seen.*503/),
    });
    expect(run.end('dynamics')?.status).toBe('failed');
  });

  test.each(['draft', 'published', 'paused'])('passes on a connection that is %s', async (state) => {
    const run = await validate(await serve({}, state));
    expect(inconclusive(run)).toEqual([]);
    expect(run.end('test-lead-found')?.status).toBe('passed');
    expect(run.end('dynamics')?.status).toBe('passed');
  });

  test("of a paused connection leaves customers' leads waiting", async () => {
    await schema.takeIn(lead());
    const organization = await serve({}, 'paused');
    const run = await validate(organization);
    expect(run.end('test-lead')?.status).toBe('passed');
    expect(await records(organization)).toHaveLength(1);
    expect(await countLeads(schema.database)).toEqual([
      expect.objectContaining({ accepted: 1, written: 0, pending: 1, dead: 0 }),
    ]);
  });
});
