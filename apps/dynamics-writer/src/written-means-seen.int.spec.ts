import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert, LeadOutcome, type Reason } from '@leads/contracts';
import { lead, type RunningLane } from '@leads/delivery/testing';
import {
  eventually,
  type Fault,
  type OrganizationSettings,
  type RunningEmulators,
  startEmulators,
} from '@leads/testing';
import { makeOrganization, type Organization } from './testing/organization.ts';
import { drainInto } from './testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

const SOON = { timeoutMs: 20_000 };

let schema: WriterSchema;
let emulators: RunningEmulators;
let organization: Organization;
let running: RunningLane | undefined;

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
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Leads whose topic says what they are, so that a customer's plug-in can tell them. */
function leads(count: number, topic = 'good'): ReturnType<typeof lead>[] {
  return Array.from({ length: count }, () => {
    const one = lead();
    one.lead.offerTitle = topic;
    return one;
  });
}

async function drain(
  settings: Partial<OrganizationSettings>,
  ...taken: ReturnType<typeof lead>[]
): Promise<void> {
  organization = await makeOrganization(emulators, settings);
  await schema.takeIn(...taken);
  running = await drainInto(schema, organization);
}

async function events<Event>(topic: string, parse: (value: unknown) => Event): Promise<Event[]> {
  const rows = schema.database.selectFrom('outbox').select('value').where('topic', '=', topic).orderBy('id');
  return (await rows.execute()).map(({ value }) => parse(JSON.parse(value)));
}

const outcomes = () => events('leads.outcomes.v1', (value) => LeadOutcome.parse(value));
const alerts = () => events('alerts.v1', (value) => Alert.parse(value));

/** The ids of leads with this outcome, each once, sorted. */
async function idsOf(outcome: LeadOutcome['outcome']): Promise<string[]> {
  const found = (await outcomes()).filter((one) => one.outcome === outcome);
  return [...new Set(found.map(({ leadId }) => leadId))].sort();
}

async function toldOf(outcome: 'deferred' | 'dead'): Promise<Reason[]> {
  return (await outcomes()).flatMap((one) =>
    one.outcome === outcome && 'reason' in one ? [one.reason] : [],
  );
}

async function reasons(outcome: 'deferred' | 'dead'): Promise<string[]> {
  return (await toldOf(outcome)).map(({ cause }) => cause);
}

/** Takes leads in while the lane runs. */
async function ask(...taken: ReturnType<typeof lead>[]): Promise<void> {
  await schema.takeIn(...taken);
  running?.lane.wake();
}

/** The pauses between tries are over at once. */
async function skipPauses(): Promise<void> {
  await schema.database
    .updateTable('deliveries')
    .set({ due_at: new Date(0) })
    .where('state', '=', 'pending')
    .execute();
  running?.lane.wake();
}

/** So many tries later that its connection counts as broken. */
async function untilBroken(cause: string): Promise<void> {
  await eventually(
    async () => {
      await skipPauses();
      expect(running?.lane.brokenCause).toBe(cause);
    },
    { timeoutMs: 30_000, everyMs: 100 },
  );
}

/** What the organization itself has, sorted. */
async function inOrganization(): Promise<string[]> {
  return (await emulators.control.leads(organization.host)).map(({ leadid }) => leadid).sort();
}

const ids = (taken: ReturnType<typeof lead>[]): string[] => taken.map(({ leadId }) => leadId).sort();

/** Every one of these is written, and really there. */
async function untilWritten(taken: ReturnType<typeof lead>[], patience = SOON): Promise<void> {
  await eventually(async () => expect(await idsOf('written')).toEqual(ids(taken)), patience);
  expect(await inOrganization()).toEqual(ids(taken));
}

const fault = (kind: Fault['kind'], changes: Partial<Fault> = {}) =>
  emulators.control.addFault({
    host: organization.host,
    match: { method: 'POST', path: '/leads' },
    kind,
    ...changes,
  });

describe('a second record that a customer’s workflow makes', () => {
  test.each([
    ['duplicate-record', 1],
    ['matching-record', 1],
    ['duplicate-record', 30],
  ] as const)('stands in the way (%s, %i leads): not written, and the others are', async (refusal, count) => {
    const creates = { table: 'account', keyColumn: 'subject', existing: ['taken'], refusal };
    const [bad, good] = [
      leads(1, 'taken'),
      leads(count - 1).map((one, index) => topicOf(one, `free ${index}`)),
    ];
    await drain({ plugins: [{ creates }] }, ...bad, ...good);
    await untilWritten(good);
    await eventually(async () => expect(await reasons('deferred')).toContain('duplicate-of-another'), SOON);
    expect(await idsOf('written')).not.toContain(bad[0]?.leadId);
    expect(await alerts()).toEqual([]);
  });
});

test.each([
  ['0x80060892', 'Entity Key Mail violated. A duplicate record cannot be created.', 'duplicate-key'],
  ['', 'A record with matching key values already exists.', 'duplicate-of-another'],
  ['0x80049999', 'Cannot insert duplicate key.', 'duplicate-of-another'],
] as const)(
  '"taken" in other words (%s, %s) is looked up, for a lone lead and in a backlog, and nothing is written on a guess',
  async (code, text, cause) => {
    const [bad, good] = [leads(1, 'taken'), leads(29)];
    await drain({ plugins: [{ column: 'subject', contains: 'taken', status: 412, code, text }] }, ...bad);
    await eventually(async () => expect(await reasons('deferred')).toContain(cause), SOON);
    await ask(...good);
    await untilWritten(good);
    expect(await idsOf('written')).not.toContain(bad[0]?.leadId);
    // One that got there, and whose answer was lost, is found whatever is said to it.
    await emulators.control.changeOrganization(organization.host, { plugins: [] });
    await fault('reset-after-commit', { times: 1 });
    const lost = leads(1);
    await ask(...lost);
    await untilWritten([...good, ...bad, ...lost], { timeoutMs: 40_000 });
  },
);

function topicOf(one: ReturnType<typeof lead>, topic: string): ReturnType<typeof lead> {
  one.lead.offerTitle = topic;
  return one;
}

describe('an answer that is not Dynamics’ own', () => {
  test.each(['sign-in-page', 'empty', 'json', 'accepted', 'no-content'] as const)(
    'writes nothing (%s): leads are written once it is over',
    async (answer) => {
      const taken = leads(20);
      await drain({});
      await fault('intermediary', { answer, match: {}, forMs: 3_000 });
      await schema.takeIn(...taken);
      await untilWritten(taken, { timeoutMs: 30_000 });
      expect(await reasons('dead')).toEqual([]);
      // Somebody did answer, and what is told of it says so.
      expect(JSON.stringify(await outcomes())).not.toContain('CUT_OFF');
    },
  );

  test.each<[string, Partial<Fault>]>([
    ['an empty object', { status: 200, body: '{}' }],
    ['a way to a sign-in page', { status: 302, headers: { location: 'https://login.example/' } }],
    ['a compressed page', { status: 403, headers: { 'content-encoding': 'gzip' }, body: '\u001f\u008b\b' }],
    [
      'a record of another organization',
      {
        status: 204,
        headers: {
          'odata-entityid': 'https://a.example/api/data/v9.2/leads(5f3c9c1e-0000-4000-8000-1234567890ab)',
        },
      },
    ],
  ])('%s writes nothing, kills nothing, and is over with the next that is', async (_what, answer) => {
    const taken = leads(20);
    await drain({});
    await fault('status', { ...answer, match: {}, forMs: 3_000 });
    await schema.takeIn(...taken);
    await untilWritten(taken, { timeoutMs: 40_000 });
    expect(await reasons('dead')).toEqual([]);
  });

  test.each(['reset-after-commit', 'truncated'] as const)(
    'is none at all (%s): what is there is found in one look, and nothing is doubled',
    async (kind) => {
      const taken = leads(30);
      await drain({});
      await fault(kind, { times: 1 });
      await schema.takeIn(...taken);
      await untilWritten(taken);
      const found = (await outcomes()).filter((one) => one.outcome === 'written' && one.foundThere);
      expect(found).toHaveLength(30);
    },
  );
});

describe('a lead that a plug-in refuses', () => {
  test.each([
    [
      '403',
      { demands: { privilege: 'prvReadnew_segment', table: 'new_segment' } },
      'privilege-missing',
      /find the table new_segment, set Read to Organization.*prvReadnew_segment/,
    ],
    ['400', { refusal: 'refused' }, 'plug-in-refused', /plug-in.*refused the record.*replay/],
    ['412', { refusal: 'duplicate-record' }, 'duplicate-of-another', /plug-in.*refused the record.*replay/],
    [
      'an unlisted code',
      { status: 400, code: '0x80049999', text: 'Nobody has listed this.' },
      'refused',
      /not known here.*replay/,
    ],
  ] as const)(
    'with %s among others that pass dies alone, told once with a remedy for what the answer names',
    async (_how, does, cause, remedy) => {
      await drain({ plugins: [{ column: 'subject', contains: 'bad', ...does }] });
      const bad = leads(1, 'bad');
      await schema.takeIn(...bad);
      const good: ReturnType<typeof lead>[] = [];
      // Customers go on asking meanwhile.
      await eventually(
        async () => {
          const fresh = leads(1);
          good.push(...fresh);
          await skipPauses();
          await ask(...fresh);
          expect(await idsOf('dead')).toEqual(ids(bad));
        },
        { timeoutMs: 30_000, everyMs: 100 },
      );
      await untilWritten(good);
      const told = { cause, remedy: expect.stringMatching(remedy) };
      expect(await toldOf('dead')).toMatchObject([told]);
      expect(await alerts()).toMatchObject([
        { ...told, trouble: 'leads-refused', transition: 'triggered', dead: 1 },
      ]);
    },
  );

  test('keeps none of the others waiting, however many are refused beside them', async () => {
    const does = { demands: { privilege: 'prvReadnew_segment', table: 'new_segment' } };
    await drain({ plugins: [{ column: 'subject', contains: 'bad', ...does }] });
    const good: ReturnType<typeof lead>[] = [];
    for (let round = 0; round < 8; round += 1) {
      const one = leads(1);
      await ask(...leads(3, 'bad'), ...one);
      good.push(...one);
      await untilWritten(good, { timeoutMs: 3_000 });
    }
    expect(running?.lane.brokenCause).toBeNull();
  });

  test.each(['deadlock', 'timed-out', 'no-transaction', 'networking'] as const)(
    'as if in passing (%s), and never passes, is dead in the end, and told so',
    async (refusal) => {
      await drain({ plugins: [{ column: 'subject', contains: 'bad', refusal }] });
      const bad = leads(1, 'bad');
      await ask(...bad);
      await eventually(
        async () => {
          await skipPauses();
          await ask(...leads(1));
          expect(await idsOf('dead')).toEqual(ids(bad));
        },
        { timeoutMs: 30_000, everyMs: 100 },
      );
      const [end] = (await outcomes()).filter(({ outcome }) => outcome === 'dead');
      expect(end?.attempts).toBeGreaterThanOrEqual(6);
      const [reason] = await toldOf('dead');
      expect(reason).toMatchObject({
        what: expect.stringMatching(/deadlocked|timed-out|no active|networking/),
      });
      expect(reason?.remedy).toMatch(/replay the lead/);
      expect(await alerts()).toMatchObject([{ trouble: 'leads-refused', transition: 'triggered', dead: 1 }]);
    },
  );

  test.each(['deadlock', 'timed-out', 'no-transaction', 'networking'] as const)(
    'in passing (%s) is written',
    async (refusal) => {
      const taken = leads(1);
      await drain({ plugins: [{ refusal, timesPerLead: 2 }] }, ...taken);
      await untilWritten(taken, { timeoutMs: 40_000 });
      expect(await reasons('deferred')).toEqual(['passing']);
      expect((await outcomes()).at(-1)).toMatchObject({ outcome: 'written', attempts: 3 });
    },
  );

  test.each<[string, Partial<OrganizationSettings>]>([
    ['a web firewall', { webFirewall: [{ contains: '<script', status: 403 }] }],
    ['a plug-in', { plugins: [{ column: 'subject', contains: '<script', refusal: 'refused' }] }],
    [
      'a code that speaks of the request',
      {
        plugins: [{ column: 'subject', contains: '<script', code: '0x80048d19', text: 'Validation failed.' }],
      },
    ],
    [
      'a refusal without a code',
      { plugins: [{ column: 'subject', contains: '<script', status: 400, code: '', text: 'No.' }] },
    ],
    [
      'a privilege that it alone needs',
      {
        plugins: [
          {
            column: 'subject',
            contains: '<script',
            status: 403,
            code: '0x80048306',
            text: "Principal user lacks AccessRights: ReadAccess on entity 'new_segment'.",
          },
        ],
      },
    ],
    [
      'a failure of a plug-in',
      { plugins: [{ column: 'subject', contains: '<script', refusal: 'unexpected', status: 500 }] },
    ],
  ])('of a backlog that is refused with it, by %s, holds up none of the others', async (_who, settings) => {
    const [bad, good] = [leads(5, '<script>'), leads(95)];
    await drain(settings, ...good.slice(0, 40), ...bad, ...good.slice(40));
    await untilWritten(good);
    expect(await alerts()).toEqual([]);
    expect(running?.lane.brokenCause).toBeNull();
  });

  test.each<[string, Partial<Fault>]>([
    ['a gateway that answers 502', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }],
    ['one that answers 503', { kind: 'status', status: 503, body: '<html>Busy</html>' }],
    ['one that breaks the connection off', { kind: 'reset-before-commit' }],
  ])('of a backlog for which nobody answers, by %s, holds up none of the others', async (_who, answer) => {
    const [bad, good] = [leads(1, '<script>'), leads(99)];
    await drain({});
    await fault('status', { ...answer, match: { body: '<script' } });
    await ask(...good.slice(0, 40), ...bad, ...good.slice(40));
    await untilWritten(good, { timeoutMs: 45_000 });
    expect(await alerts()).toEqual([]);
    expect(await idsOf('dead')).toEqual([]);
    await emulators.control.clearFaults();
    await skipPauses();
    await untilWritten([...good, ...bad], { timeoutMs: 40_000 });
  });

  test('for its size, holds up none of the others', async () => {
    const [bad, good] = [leads(1), leads(60)];
    for (const { lead: one } of bad) one.description = 'x'.repeat(1_900);
    await drain({ maxRequestBytes: 1_700 }, ...bad, ...good);
    await untilWritten(good, { timeoutMs: 40_000 });
    expect(await alerts()).toEqual([]);
  });
});

test.each([
  ['CreateMultiple', { createMultiple: false }],
  ['neither CreateMultiple nor $batch', { createMultiple: false, batch: false }],
])('without %s an organization is written to another way, without a word', async (_what, switches) => {
  const [first, second] = [leads(30), leads(30)];
  await drain({ switches }, ...first);
  await untilWritten(first);
  await schema.takeIn(...second);
  await untilWritten([...first, ...second]);
  expect(await reasons('deferred')).toEqual([]);
  expect(await alerts()).toEqual([]);
});

test('CreateMultiple that is gone from one moment on is done without, and nobody is told', async () => {
  const [first, second, third] = [leads(30), leads(30), leads(30)];
  await drain({}, ...first);
  await untilWritten(first);
  const { host } = organization;
  await emulators.control.changeOrganization(host, { switches: { createMultiple: false } });
  await ask(...second);
  await untilWritten([...first, ...second]);
  await ask(...third);
  await untilWritten([...first, ...second, ...third]);
  const requests = await emulators.control.requests({ host, path: 'CreateMultiple' });
  expect(requests.filter(({ status }) => status === 404)).toHaveLength(1);
  expect(await reasons('deferred')).toEqual([]);
  expect(await alerts()).toEqual([]);
});

test('an unlisted refusal of every lead is the connection’s: they wait, one alert tells it, and all are written after it', async () => {
  const [first, refused] = [leads(1), leads(12)];
  await drain({}, ...first);
  await untilWritten(first);
  const change = (plugins: OrganizationSettings['plugins']) =>
    emulators.control.changeOrganization(organization.host, { plugins });
  await change([{ status: 400, code: '0x80049999', text: 'Nobody has listed this.' }]);
  await ask(...refused);
  await untilBroken('refused');
  await change([]);
  running?.lane.probe();
  await untilWritten([...first, ...refused], { timeoutMs: 30_000 });
  expect((await alerts()).map(({ kind }) => kind)).toEqual(['connection-failing', 'connection-restored']);
  expect(await reasons('dead')).toEqual([]);
});

test('an IP firewall is told of with the address that it names and the page to permit it on', async () => {
  await drain({ blockedAddress: '203.0.113.7' }, ...leads(3));
  await eventually(async () => expect(await alerts()).not.toEqual([]), { timeoutMs: 60_000 });
  expect((await alerts())[0]?.remedy).toMatch(/203\.0\.113\.7.*Power Platform admin center > .*IP firewall/);
});

test('a user who is called disabled once alarms nobody; one who is, is told of once, and then that it is over', async () => {
  await drain({});
  await fault('dataverse', { code: '0x80040225', times: 1 });
  const first = leads(1);
  await schema.takeIn(...first);
  await untilWritten(first);
  expect(await alerts()).toEqual([]);
  // However many leads go in one request.
  await fault('dataverse', { code: '0x80040225', match: { body: '"leadid"' } });
  const second = leads(3);
  await schema.takeIn(...second);
  await untilBroken('user-disabled');
  await emulators.control.clearFaults();
  running?.lane.probe();
  await untilWritten([...first, ...second]);
  expect((await alerts()).map(({ kind }) => kind)).toEqual(['connection-failing', 'connection-restored']);
  expect(await reasons('dead')).toEqual([]);
});

test('a backlog that mixed faults have left unclear is looked up in bulk, and drained soon after the last of them', async () => {
  await drain({});
  await fault('reset-after-commit', { probability: 0.5, forMs: 6_000 });
  await fault('intermediary', { answer: 'busy-page', probability: 0.5, forMs: 6_000 });
  const taken = leads(500);
  await schema.takeIn(...taken);
  await untilWritten(taken, { timeoutMs: 45_000 });
});
