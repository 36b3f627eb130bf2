import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert, LeadOutcome, ValidationStep } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { openBreaker } from './breaker.ts';
import { EXPECTED_VERSION } from './judge-organization.ts';
import { countLeads } from './metrics.ts';
import { type Emulators, type Organization, startEmulators } from './testing/emulators.ts';
import { claimLane, type RunningLane, runLane, tokensFor } from './testing/running-lane.ts';
import { CONNECTION, lead, REASON, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';
import {
  failValidation,
  validateConnection,
  type Validated,
  type ValidateParts,
} from './validate-connection.ts';

const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';
const ROLE = 'Microsoft Marketplace Lead Writer';
const PRIVILEGES = {
  prvCreateLead: 'Basic',
  prvReadLead: 'Basic',
  prvCreateUserEntityUISettings: 'Basic',
  prvReadUserEntityUISettings: 'Basic',
  prvWriteUserEntityUISettings: 'Basic',
  prvReadAsyncOperation: 'Global',
  prvWriteAsyncOperation: 'Global',
  prvAppendToAsyncOperation: 'Global',
};

let schema: WriterSchema;
let emulators: Emulators;
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
async function serve(settings: Record<string, unknown> = {}, state = 'published'): Promise<Organization> {
  const organization = await emulators.organization(settings);
  await schema.database
    .insertInto('validations')
    .values({ validation_id: validationId, connection_id: CONNECTION, asked_at: new Date(), done_at: null })
    .execute();
  running = runLane(schema, await claimLane(schema.database, organization, { state }), organization);
  return organization;
}

interface Run {
  steps: ValidationStep[];
  /** What a check ended with. */
  end: (check: string) => ValidationStep | undefined;
}

/** What a Validate works with, and the steps it tells of. */
function equip(
  organization: Organization,
  patienceMs = 10_000,
): { connection: Validated; parts: ValidateParts; steps: ValidationStep[] } {
  const steps: ValidationStep[] = [];
  const publisher = {
    publish: (_topic: unknown, values: unknown[]) => {
      steps.push(...values.map((value) => ValidationStep.parse(value)));
      return Promise.resolve();
    },
  };
  return {
    steps,
    connection: {
      connectionId: CONNECTION,
      organization: organization.organization,
      secretVersion: 1,
      mapping: undefined,
    },
    parts: {
      database: schema.database,
      tokens: tokensFor(organization),
      http: organization.http,
      publisher,
      expected: { solution: SOLUTION, version: EXPECTED_VERSION },
      patienceMs,
    },
  };
}

async function validate(organization: Organization, patienceMs?: number): Promise<Run> {
  const { connection, parts, steps } = equip(organization, patienceMs);
  await validateConnection(validationId, connection, parts, new AbortController().signal);
  return {
    steps,
    end: (check) => steps.find((step) => step.check === check && step.status !== 'started'),
  };
}

async function records({ host }: Organization): Promise<Record<string, unknown>[]> {
  const { leads } = await emulators.control('GET', `organizations/${host}/leads`);
  return leads as Record<string, unknown>[];
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
    const fault = { host: organization.host, kind: 'status', status: 401 };
    await emulators.control('POST', 'faults', { ...fault, match: { method: 'POST' } });
    const failed = await validate(organization);
    expect(failed.end('test-lead')).toMatchObject({ status: 'failed' });
    expect(running.lane.brokenCause).not.toBeNull();
    await emulators.control('DELETE', `faults?host=${organization.host}`);
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
    await openBreaker(schema.database, running.lane, REASON, new Date());
    await emulators.control('POST', 'faults', {
      host: organization.host,
      match: { method: 'POST' },
      kind: 'status',
      status: 503,
    });
    const run = await validate(organization, 500);
    expect(run.end('test-lead')?.status).toBe('failed');
    expect(await schema.database.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  });

  test('cut off over its test lead it tells nothing more; once it is failed that lead never comes', async () => {
    const organization = await serve();
    const { host } = organization;
    await emulators.control('POST', 'faults', {
      host,
      match: { method: 'POST' },
      kind: 'status',
      status: 503,
    });
    const { connection, parts, steps } = equip(organization);
    const cutOff = new AbortController();
    const made = validateConnection(validationId, connection, parts, cutOff.signal);
    await eventually(() => expect(steps.at(-1)).toMatchObject({ check: 'test-lead', status: 'started' }));
    const told = steps.length;
    cutOff.abort();
    await expect(made).rejects.toThrow();
    expect(steps).toHaveLength(told);
    await failValidation({ validationId, connectionId: CONNECTION }, REASON, parts);
    expect(steps.slice(told)).toMatchObject([
      { check: 'dynamics-writer', status: 'started' },
      { check: 'dynamics-writer', status: 'failed', cause: REASON.what, remedy: REASON.remedy },
      { check: 'dynamics', status: 'failed' },
      { check: 'validate', status: 'finished' },
    ]);
    expect(await schema.database.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
    ['no user', { applicationUsers: [] }, 'user', /0x80072560/, /Application Users/],
    [
      'no grant on System Job',
      { roles: [{ name: ROLE, privileges: { ...PRIVILEGES, prvWriteAsyncOperation: 'Basic' } }] },
      'privilege-prvWriteAsyncOperation',
      /only at the level Basic; Global is needed/,
      /tab Customization, set Write of System Job to Organization/,
    ],
    [
      'no right to create leads',
      { roles: [{ name: ROLE, privileges: { prvReadLead: 'Basic' } }] },
      'privilege-prvCreateLead',
      /prvCreateLead/,
      /Manage Roles/,
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
    const run = await validate(await serve(settings), 3_000);
    expect(run.end(check)).toMatchObject({
      status: 'failed',
      cause: expect.stringMatching(cause),
      remedy: expect.stringMatching(remedy),
    });
    expect(run.end('dynamics')?.status).toBe('failed');
    expect(run.end('validate')?.status).toBe('finished');
  });

  test('an old solution is a warning and keeps nothing from passing', async () => {
    const run = await validate(await serve({ solutions: [{ uniquename: SOLUTION, version: '0.9.0.0' }] }));
    expect(inconclusive(run)).toEqual(['solution']);
    expect(run.end('solution')?.cause).toMatch(/0\.9\.0\.0; version 1\.0\.0\.0 is expected/);
    expect(run.end('dynamics')?.status).toBe('passed');
  });

  test('what the role may not read is concluded from the test lead', async () => {
    const roles = [{ name: ROLE, privileges: { ...PRIVILEGES, prvReadLead: undefined } }];
    const run = await validate(await serve({ roles }));
    expect(inconclusive(run)).toEqual(['test-lead-found']);
    for (const check of ['solution', 'role', 'lead-table']) {
      expect(run.end(check)).toMatchObject({
        status: 'passed',
        cause: expect.stringContaining('test lead was written'),
      });
    }
    expect(run.end('test-lead-found')?.cause).toContain('may not read it back');
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
