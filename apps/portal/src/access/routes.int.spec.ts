/** Every route of the portal as everybody: a route without a row in the table below fails here. */
import { randomUUID } from 'node:crypto';
import { ModulesContainer } from '@nestjs/core';
import { RequestMethod } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, type Sent, contoso, directories, eventually, people } from '@leads/testing';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';
import { AUDITED } from './audited.ts';
import { ALLOWED } from './viewer.ts';

/** In the order of the numbers in the table. `unregistered`: an owner whose directory is no publisher's. */
const ACTORS = ['nobody', 'no role', 'unregistered', 'reader', 'owner', 'foreign owner', 'operator'] as const;
type Actor = (typeof ACTORS)[number];
type Statuses = [number, number, number, number, number, number, number];

interface Row {
  statuses: Statuses;
  /** What is asked for, where the route has parameters; `{connection}` and `{lead}` are Contoso's. */
  path?: string;
  sent?: Sent;
}

const everybody = (status: number): Statuses => [status, status, status, status, status, status, status];
const whoHasRole: Statuses = [401, 403, 403, 200, 200, 200, 200];
/** What is Contoso's: others get the words for what does not exist. */
const contosos: Statuses = [401, 403, 403, 200, 200, 404, 200];
/** `status`: what says that the request was let through, and refused for a reason of its own. */
const owners = (status: number): Statuses => [401, 403, 403, 403, status, status, status];
const operatorsAlone = (status: number): Statuses => [401, 403, 403, 403, 403, 403, status];
const contososOwners = (status: number): Statuses => [401, 403, 403, 403, status, 404, status];
/** No version that there is: nothing is changed by whoever is let through. */
const stale = { headers: { 'if-match': '"999"' } };

const TABLE: Record<string, Row> = {
  'GET /health/live': { statuses: everybody(200) },
  'GET /health/ready': { statuses: everybody(200) },
  'GET /metrics': { statuses: everybody(200) },
  'GET /*': { statuses: everybody(200), path: '/offers' },
  'GET /sign-in': { statuses: everybody(302) },
  'GET /auth/callback': { statuses: everybody(302) },
  'GET /api/openapi.json': { statuses: everybody(200) },
  'GET /api/session': { statuses: [401, 200, 200, 200, 200, 200, 200] },
  'POST /api/publisher': { statuses: [401, 403, 422, 403, 422, 422, 403], sent: { body: {} } },
  'GET /api/usage': { statuses: operatorsAlone(200) },
  'GET /api/publishers': { statuses: operatorsAlone(200) },
  'PUT /api/publishers/:publisherId/domains': {
    ...{ statuses: operatorsAlone(422), path: '/api/publishers/contoso/domains' },
    sent: { body: {} },
  },
  // By the token of a mail alone.
  'POST /api/contact-confirmation/read': { statuses: everybody(422), sent: { body: {} } },
  'POST /api/contact-confirmation': { statuses: everybody(422), sent: { body: {} } },
  'GET /api/publisher-requests': { statuses: operatorsAlone(200) },
  // Nobody has asked.
  'POST /api/publisher-requests/:directoryId/approve': {
    ...{ statuses: operatorsAlone(422), path: `/api/publisher-requests/${randomUUID()}/approve` },
    sent: { body: {} },
  },
  'POST /api/publisher-requests/:directoryId/refuse': {
    ...{ statuses: operatorsAlone(422), path: `/api/publisher-requests/${randomUUID()}/refuse` },
    sent: { body: {} },
  },
  'GET /api/audit': { statuses: [401, 403, 403, 403, 200, 200, 200] },
  'GET /api/retention': { statuses: whoHasRole },
  'PUT /api/retention': { statuses: [401, 403, 403, 403, 422, 422, 403], sent: { body: {} } },
  'GET /api/events': { statuses: whoHasRole },
  'GET /api/offers': { statuses: whoHasRole },
  'GET /api/offers/:connectionId': { statuses: contosos, path: '/api/offers/{connection}' },
  'GET /api/offers/:connectionId/validation': {
    // There was none yet.
    statuses: [401, 403, 403, 404, 404, 404, 404],
    path: '/api/offers/{connection}/validation',
  },
  'GET /api/offers/:connectionId/validations/:validationId': {
    statuses: [401, 403, 403, 404, 404, 404, 404],
    path: `/api/offers/{connection}/validations/${randomUUID()}`,
  },
  'GET /api/lanes': { statuses: whoHasRole },
  'GET /api/statistics': { statuses: whoHasRole, path: '/api/statistics?span=hour' },
  'GET /api/leads': { statuses: whoHasRole },
  'GET /api/leads.csv': { statuses: whoHasRole },
  'GET /api/leads/:leadId': { statuses: contosos, path: '/api/leads/{lead}' },
  'GET /api/leads/:leadId/timeline': {
    statuses: contosos,
    path: '/api/leads/{lead}/timeline?before=2030-01-01T00:00:00Z',
  },
  // It came once, and did not end with its connection.
  'POST /api/leads/:leadId/second-wish': {
    ...{ statuses: owners(404), path: '/api/leads/{lead}/second-wish' },
    sent: { body: { repeatAt: '2030-01-01T00:00:00Z' } },
  },
  'POST /api/leads/:leadId/rescue': {
    ...{ statuses: operatorsAlone(409), path: '/api/leads/{lead}/rescue' },
    sent: { body: { connectionId: randomUUID() } },
  },
  'POST /api/replays': { statuses: owners(422), sent: { body: {} } },
  'GET /api/replays/:replayId': {
    statuses: [401, 403, 403, 404, 404, 404, 404],
    path: `/api/replays/${randomUUID()}`,
  },
  'GET /api/kept-posts': { statuses: whoHasRole },
  'GET /api/unknown-fields': { statuses: whoHasRole },
  // There is none.
  ...ofNoPost({
    'GET ': { statuses: [401, 403, 403, 404, 404, 404, 404] },
    'POST /read': { statuses: owners(404), sent: { body: { text: '{}' } } },
    'POST /replay': { statuses: owners(404), sent: { body: { text: '{}' } } },
    'POST /replay-alike': { statuses: owners(404) },
    'POST /discard': { statuses: owners(404), sent: { body: { reason: 'none' } } },
  }),
  'GET /api/incidents': { statuses: whoHasRole },
  // There is none.
  ...ofNoIncident({
    'GET ': { statuses: [401, 403, 403, 404, 404, 404, 404] },
    'POST /acknowledge': { statuses: owners(404) },
    'POST /resolve': { statuses: owners(404) },
  }),
  'GET /api/connections': { statuses: whoHasRole },
  'POST /api/connections': { statuses: owners(422), sent: { body: {} } },
  ...ofConnection({
    'GET ': { statuses: contosos },
    'PUT ': { statuses: contososOwners(422), sent: { body: {}, ...stale } },
    'DELETE ': { statuses: contososOwners(412), sent: stale },
    'GET /lead-address': { statuses: [401, 403, 403, 403, 200, 404, 200] },
    'PUT /secret': { statuses: contososOwners(422), sent: { body: {} } },
    'POST /publish': { statuses: contososOwners(412), sent: stale },
    'POST /unpublish': { statuses: contososOwners(412), sent: stale },
    'POST /pause': { statuses: contososOwners(412), sent: stale },
    'POST /resume': { statuses: contososOwners(412), sent: stale },
    'POST /rotate-address-key': { statuses: contososOwners(412), sent: stale },
    'POST /end-earlier-addresses': { statuses: contososOwners(412), sent: stale },
    'POST /mapping-preview': { statuses: contososOwners(422), sent: { body: {} } },
    'GET /versions': { statuses: contosos },
    'GET /versions/:version': { statuses: contosos },
    'POST /versions/:version/restore': { statuses: contososOwners(412), sent: stale },
    'GET /audit': { statuses: contosos },
  }),
  // After what says that there was no Validate yet.
  ...ofConnection({ 'POST /validate': { statuses: contososOwners(202) } }),
  // The last: whoever is let through is gone.
  'POST /sign-out': { statuses: [401, 204, 204, 204, 204, 204, 204] },
};

function ofConnection(rows: Record<string, Row>): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(rows).map(([route, row]) => {
      const [method = '', rest = ''] = route.split(' ');
      const path = `/api/connections/{connection}${rest.replace(':version', '1')}`;
      return [`${method} /api/connections/:id${rest}`, { ...row, path }];
    }),
  );
}

function ofNoPost(rows: Record<string, Row>): Record<string, Row> {
  const id = randomUUID();
  return Object.fromEntries(
    Object.entries(rows).map(([route, row]) => {
      const [method = '', rest = ''] = route.split(' ');
      return [`${method} /api/kept-posts/:postId${rest}`, { ...row, path: `/api/kept-posts/${id}${rest}` }];
    }),
  );
}

function ofNoIncident(rows: Record<string, Row>): Record<string, Row> {
  const id = randomUUID();
  return Object.fromEntries(
    Object.entries(rows).map(([route, row]) => {
      const [method = '', rest = ''] = route.split(' ');
      return [`${method} /api/incidents/:id${rest}`, { ...row, path: `/api/incidents/${id}${rest}` }];
    }),
  );
}

let portal: RunningPortal;
let browsers: Record<Actor, Browser>;
let ids: Record<string, string>;

beforeAll(async () => {
  portal = await startPortal();
  const { database, signedIn } = portal;
  await database
    .insertInto('publishers')
    .values({ id: 'contoso', name: 'Contoso', directory_id: directories.contoso })
    .execute();
  // A second owner of a directory that nobody has registered.
  const unregistered = await signedIn(people.newOwner);
  browsers = {
    nobody: portal.browser(),
    'no role': await signedIn(people.stranger),
    unregistered,
    reader: await signedIn(people.reader),
    owner: await signedIn(people.owner),
    'foreign owner': await signedIn(people.newOwner),
    operator: await signedIn(people.operator),
  };
  const created = await browsers.owner.ask('POST', '/api/connections', { body: contoso });
  expect(created).toMatchObject({ status: 201 });
  const connection = created.body['connectionId'] as string;
  await eventually(
    async () => expect(await browsers.owner.status('GET', `/api/offers/${connection}`)).toBe(200),
    { timeoutMs: 40_000 },
  );
  const lead = randomUUID();
  await database
    .insertInto('leads')
    .values({
      lead_id: lead,
      connection_id: connection,
      publisher_id: 'contoso',
      accepted_at: new Date(),
      received_at: new Date(),
      is_accepted: true,
      is_test: false,
      name: 'Zoë Secret',
      email: 'zoe@customer.example',
      search: 'zoë secret',
      outcome_at: null,
      written_at: null,
      crm_id: null,
      organization: null,
      accepted_partition: null,
      accepted_told_at: null,
      outcome_partition: null,
      outcome_told_at: null,
      reason: null,
    })
    .execute();
  await database
    .insertInto('lead_contents')
    .values({ lead_id: lead, lead: JSON.stringify({ lastName: 'Secret' }), original: '{}' })
    .execute();
  ids = { connection, lead };
}, 120_000);
afterAll(() => portal.close());

/** Fabrikam is a publisher for one of the two that sign in for it, and for the other it is not. */
async function registerFabrikam(isRegistered: boolean): Promise<void> {
  await portal.database.deleteFrom('publishers').where('id', '=', 'fabrikam').execute();
  if (!isRegistered) return;
  const row = { id: 'fabrikam', name: 'Fabrikam', directory_id: directories.fabrikam };
  await portal.database.insertInto('publishers').values(row).execute();
}

function addressOf(route: string, { path }: Row): { method: string; path: string } {
  const [method = '', pattern = ''] = route.split(' ');
  const named = (path ?? pattern).replaceAll(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? '');
  return { method, path: named };
}

test('every route has its row in the table, and every row its route', () => {
  expect([...new Set(portal.routes)].sort()).toEqual(Object.keys(TABLE).sort());
});

test('every controller says who may, and every change what it is called in the audit', () => {
  const silent: string[] = [];
  for (const { metatype, instance } of [...portal.app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.controllers.values(),
  ])) {
    const prototype = Object.getPrototypeOf(instance) as object;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
      const method = handler && (Reflect.getMetadata('method', handler) as RequestMethod | undefined);
      if (handler === undefined || method === undefined) continue;
      const place = `${metatype?.name}.${name}`;
      const isAllowed =
        Reflect.hasMetadata(ALLOWED, handler) || Reflect.hasMetadata(ALLOWED, metatype as object);
      if (!isAllowed && metatype?.name !== 'HealthController') silent.push(`${place} says not who may`);
      const isAudited = Reflect.hasMetadata(AUDITED, handler) || place === 'SignInController.end';
      if (method !== RequestMethod.GET && !isAudited) silent.push(`${place} is not audited`);
    }
  }
  expect(silent).toEqual([]);
});

/** What changes something for whoever is signed in; what needs no sign-in acts for nobody who is. */
const SIGNED_IN_WRITES = Object.entries(TABLE).filter(
  ([route, { statuses }]) => !route.startsWith('GET ') && statuses[0] === 401,
);

describe.each(SIGNED_IN_WRITES)('a forged %s', (route, row) => {
  test.each<[string, (browser: Browser) => Record<string, string>]>([
    ['without a token', () => ({ 'x-csrf-token': '' })],
    ['with a made-up token', () => ({ 'x-csrf-token': 'abcdefgh-0123456789012345678901234567' })],
    ['with a token of another sign-in', () => ({ 'x-csrf-token': browsers.operator.csrfToken ?? '' })],
    ['from a page of another site', () => ({ origin: 'https://evil.example' })],
    ['that a browser calls cross-site', () => ({ 'sec-fetch-site': 'cross-site' })],
  ])('%s is refused', async (_how, headers) => {
    const { method, path } = addressOf(route, row);
    const sent = { ...row.sent, headers: { ...row.sent?.headers, ...headers(browsers.owner) } };
    const answer = await browsers.owner.ask(method, path, sent);
    expect(answer).toMatchObject({ status: 403, body: { status: 403 } });
    expect(answer.body['detail']).toContain('Nothing was changed.');
  });
});

describe.each(Object.entries(TABLE))('%s', (route, row) => {
  test.each(ACTORS.map((actor, index) => [actor, row.statuses[index]] as const))(
    'answers %s with %d',
    async (actor, status) => {
      await registerFabrikam(actor === 'foreign owner');
      const { method, path } = addressOf(route, row);
      expect(await browsers[actor].status(method, path, row.sent)).toBe(status);
    },
  );
});

describe('the audit of all this', () => {
  test('has what was done and what was refused, and nothing of any lead', async () => {
    const rows = await portal.database.selectFrom('audit').selectAll().execute();
    const has = (who: string, what: string, outcome: string): boolean =>
      rows.some((row) => row.who === who && row.what === what && row.outcome === outcome);
    expect(has(people.owner, 'created the connection', 'done')).toBe(true);
    expect(has(people.reader, 'opened the lead', 'done')).toBe(true);
    expect(has(people.newOwner, 'opened the lead', 'refused')).toBe(true);
    expect(has(people.reader, 'exported leads', 'done')).toBe(true);
    expect(has(people.operator, 'revealed the lead address', 'done')).toBe(true);
    expect(has(people.reader, 'revealed the lead address', 'refused')).toBe(true);
    expect(has(people.reader, 'deleted the connection', 'refused')).toBe(true);
    expect(has(people.owner, 'deleted the connection', 'done')).toBe(false);
    expect(has(people.reader, 'listed leads', 'done')).toBe(true);
    // Whoever may nothing at all leaves one entry, whatever they ask for; how often is written down a minute later.
    expect(rows.filter(({ who }) => who === people.stranger)).toMatchObject([
      { what: 'asked without a role', outcome: 'refused', directory_id: directories.contoso },
    ]);
    for (const { who, directory_id, user_id } of rows) {
      expect(who).toMatch(/@/);
      expect(directory_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(user_id).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(JSON.stringify(rows)).not.toMatch(/zo[eë]|customer\.example|gateway\.example|emulated-client/i);
  });

  test('says what was listed and exported, how many leads that were, and of whom', async () => {
    const read = async (browser: Browser): Promise<Record<string, unknown>[]> =>
      (await browser.ask('GET', '/api/audit?limit=200')).body['entries'] as Record<string, unknown>[];
    const [operator, owner, reader, foreignOwner] = await Promise.all(
      [people.operator, people.owner, people.reader, people.newOwner].map((who) => portal.signedIn(who)),
    );
    if (!operator || !owner || !reader || !foreignOwner) throw new Error('nobody signed in');
    for (let time = 0; time < 3; time++) {
      expect(
        (await operator.ask('GET', '/api/leads?state=pending&search=secret')).body['leads'],
      ).toHaveLength(1);
    }
    expect((await operator.ask('GET', '/api/leads.csv?state=pending')).status).toBe(200);
    expect((await reader.ask('GET', '/api/leads.csv?state=dead')).status).toBe(200);
    const seen = await read(owner);
    const listed = { what: 'listed leads', filter: { state: 'pending', search: 'secret' }, leads: 1 };
    expect(seen.filter(({ what, filter }) => what === 'listed leads' && filter !== undefined)).toEqual([
      expect.objectContaining({ ...listed, who: people.operator, publisherId: 'contoso' }),
    ]);
    const exported = (who: string) =>
      seen.filter((each) => each['what'] === 'exported leads' && each['who'] === who);
    expect(exported(people.operator)).toContainEqual(
      expect.objectContaining({ filter: { state: 'pending' }, leads: 1, publisherId: 'contoso' }),
    );
    expect(exported(people.reader)).toContainEqual(
      expect.objectContaining({ filter: { state: 'dead' }, leads: 0 }),
    );
    // An operator's stream shows what is everybody's, so everybody reads of it.
    expect(seen).toContainEqual(
      expect.objectContaining({ what: 'followed leads live', who: people.operator, role: 'operator' }),
    );
    await registerFabrikam(true);
    const foreign = await read(foreignOwner);
    expect(foreign.filter(({ who }) => who === people.operator).map(({ what }) => what)).toEqual([
      'followed leads live',
    ]);
  });

  test.each([
    '/api/audit?cursor=%00',
    '/api/leads?search=a%00b',
    '/api/leads.csv?search=%00',
    '/api/leads?%00=1',
  ])('is not asked by what no text can hold: %s is refused in words', async (path) => {
    const operator = await portal.signedIn(people.operator);
    const { status, body } = await operator.ask('GET', path);
    expect([status, body['errors']]).toMatchObject([400, [{ detail: expect.any(String) }]]);
  });

  test('is all for operators, and for owners what concerns their publisher, page by page', async () => {
    const owner = await portal.signedIn(people.owner);
    const entries: Record<string, unknown>[] = [];
    for (let path: string | undefined = '/api/audit?limit=7'; path !== undefined;) {
      const { body } = await owner.ask('GET', path);
      const page = body as { entries: Record<string, unknown>[]; nextCursor?: string };
      expect(page.entries.length).toBeLessThanOrEqual(7);
      entries.push(...page.entries);
      path = page.nextCursor === undefined ? undefined : `/api/audit?limit=7&cursor=${page.nextCursor}`;
    }
    const { count } = await portal.database
      .selectFrom('audit')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where((where) => where.or([where('publisher_id', '=', 'contoso'), where('concerns_all', '=', true)]))
      .executeTakeFirstOrThrow();
    expect(entries).toHaveLength(Number(count));
    const everybodys = entries.filter(({ publisherId }) => publisherId !== 'contoso');
    expect(everybodys.map(({ who, what }) => `${String(who)} ${String(what)}`)).toEqual([
      `${people.operator} followed leads live`,
    ]);
    // What an operator does to a publisher's leads and connections is that publisher's business.
    expect(entries).toContainEqual(
      expect.objectContaining({ who: people.operator, what: 'opened the lead' }),
    );
    const operator = await portal.signedIn(people.operator);
    const { body } = await operator.ask('GET', '/api/audit?limit=200');
    const all = (body as { entries: { who: string }[] }).entries;
    expect(all.some(({ who }) => who === people.newOwner)).toBe(true);
    expect((await operator.ask('GET', '/api/audit?limit=1000')).status).toBe(400);
  });
});
