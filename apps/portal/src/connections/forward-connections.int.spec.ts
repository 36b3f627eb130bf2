import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Browser, contoso, directories, eventually, people } from '@leads/testing';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

let portal: RunningPortal;
let owner: Browser;
let reader: Browser;
let foreign: Browser;
let operator: Browser;
beforeAll(async () => {
  portal = await startPortal();
  owner = await portal.signedIn(people.owner);
  reader = await portal.signedIn(people.reader);
  foreign = await portal.signedIn(people.newOwner);
  operator = await portal.signedIn(people.operator);
}, 120_000);
afterAll(() => portal.close());

/** As somebody enters them who acts for one publisher alone. */
const details = { ...contoso, publisher: undefined };

function idOf({ body }: Answer): string {
  return body['connectionId'] as string;
}

describe('a publisher', () => {
  test('is registered once by an owner, and by nobody else', async () => {
    const session = await owner.ask('GET', '/api/session');
    expect(session.body).toMatchObject({ role: 'owner' });
    expect(session.body).not.toHaveProperty('publisher');
    const body = { id: 'contoso', name: 'Contoso' };
    const wrong = await owner.ask('POST', '/api/publisher', { body: { id: 'con toso', name: '' } });
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/id' }, { pointer: '/name' }] },
    });
    expect((await reader.ask('POST', '/api/publisher', { body })).status).toBe(403);
    const asked = await owner.ask('POST', '/api/publisher', { body });
    expect(asked).toMatchObject({ status: 202, body: { ...body, state: 'waiting' } });
    // Until an operator has approved it, nothing is theirs.
    expect((await reader.ask('GET', '/api/session')).body).toMatchObject({
      registration: { ...body, state: 'waiting' },
    });
    expect((await owner.ask('GET', '/api/session')).body).not.toHaveProperty('publisher');
    expect((await owner.ask('POST', '/api/connections', { body: details })).status).toBe(403);
    const { requests } = (await operator.ask('GET', '/api/publisher-requests')).body as {
      requests: Record<string, unknown>[];
    };
    expect(requests).toEqual([
      {
        ...{ ...body, directoryId: directories.contoso, askedAt: expect.any(String) },
        askedBy: { id: expect.any(String), name: expect.any(String), email: people.owner },
        proposedDomains: [people.owner.split('@')[1]],
      },
    ]);
    const approval = `/api/publisher-requests/${directories.contoso}/approve`;
    // The owner may have asked for something else since the operator read it.
    const unread = await operator.ask('POST', approval, { body: { ...body, id: 'adventure-works' } });
    expect(unread.status).toBe(409);
    expect(await operator.ask('POST', approval, { body })).toMatchObject({ status: 200, body });
    expect((await operator.ask('POST', approval, { body })).status).toBe(404);
    expect((await owner.ask('GET', '/api/session')).body).toMatchObject({ publisher: body });
    expect((await reader.ask('GET', '/api/session')).body).toMatchObject({ publisher: body });
    const again = await owner.ask('POST', '/api/publisher', { body: { id: 'contoso-2', name: 'Contoso' } });
    expect(again.status).toBe(409);
  });

  test('takes no id that another has, however it is spelled', async () => {
    const taken = await foreign.ask('POST', '/api/publisher', { body: { id: 'CONTOSO', name: 'Fabrikam' } });
    expect(taken).toMatchObject({ status: 409, body: { errors: [{ pointer: '/id' }] } });
  });

  test('takes no id under which there are connections, before the ledger has heard of them too', async () => {
    const publisher = { id: 'northwind', name: 'Northwind' };
    const made = await operator.ask('POST', '/api/connections', { body: { ...contoso, publisher } });
    expect(made).toMatchObject({ status: 201, body: { publisher } });
    await portal.database.deleteFrom('connections').execute();
    const taken = await foreign.ask('POST', '/api/publisher', {
      body: { id: 'Northwind', name: 'Fabrikam' },
    });
    expect(taken.status).toBe(409);
    const own = await foreign.ask('POST', '/api/publisher', { body: { id: 'fabrikam', name: 'Fabrikam' } });
    expect(own.status).toBe(202);
  });

  test('that is refused reads why and may ask again, and an id that waits is nobody’s yet', async () => {
    const refusal = `/api/publisher-requests/${directories.fabrikam}/refuse`;
    expect((await operator.ask('POST', refusal, { body: { reason: ' ' } })).status).toBe(422);
    const reason = 'Partner Center knows you by another ID.';
    expect((await operator.ask('POST', refusal, { body: { reason } })).status).toBe(204);
    expect((await operator.ask('POST', refusal, { body: { reason } })).status).toBe(404);
    expect((await foreign.ask('GET', '/api/session')).body).toMatchObject({
      registration: { id: 'fabrikam', state: 'refused', reason },
    });
    const body = { id: 'fabrikam', name: 'Fabrikam' };
    const squatter = { directory_id: 'd', user_id: 'u', user_name: 'n', user_email: 'e' };
    const asked = { ...body, ...squatter, state: 'waiting' as const, asked_at: new Date(), reason: null };
    await portal.database.insertInto('publisher_requests').values(asked).execute();
    expect((await foreign.ask('POST', '/api/publisher', { body })).status).toBe(202);
    const approval = `/api/publisher-requests/${directories.fabrikam}/approve`;
    expect((await operator.ask('POST', approval, { body })).status).toBe(200);
    expect((await foreign.ask('GET', '/api/session')).body).toMatchObject({ publisher: body });
    const late = await operator.ask('POST', '/api/publisher-requests/d/approve', { body });
    expect(late.status).toBe(404);
    const { entries } = (await operator.ask('GET', '/api/audit')).body as {
      entries: Record<string, unknown>[];
    };
    const { userId } = entries.find(({ who }) => who === people.operator) ?? {};
    const decision = { who: people.operator, userId, target: directories.fabrikam, outcome: 'done' };
    expect(entries).toContainEqual(
      expect.objectContaining({ ...decision, what: 'refused the publisher', reason }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ ...decision, what: 'approved the publisher', publisherId: 'fabrikam' }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({
        who: people.newOwner,
        what: 'asked to be the publisher',
        target: 'fabrikam',
      }),
    );
  });
});

test('every route of the service that keeps connections is forwarded', async () => {
  const document = (await (await fetch(`${portal.credentialsUrl}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  // Each has a document of its own.
  const { '/api/openapi.json': itself, ...paths } = document.paths;
  expect(itself).toBeDefined();
  const theirs = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const ours = portal.routes.filter((route) => /\/api\/(connections|incidents)/.test(route));
  expect(new Set(ours)).toEqual(new Set([...theirs, 'GET /api/connections/:id/lead-address']));
});

describe('a connection', () => {
  test('is created for the publisher of who creates it, whatever the body says', async () => {
    const publisher = { id: 'fabrikam', name: 'Fabrikam' };
    const made = await owner.ask('POST', '/api/connections', { body: { ...details, publisher } });
    expect(made).toMatchObject({
      status: 201,
      body: { publisher: contoso.publisher, state: 'draft', changedBy: people.owner },
    });
    expect(made.headers.get('location')).toBe(`/api/connections/${idOf(made)}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const without = await owner.ask('POST', '/api/connections', { body: details });
    expect(without.body).toMatchObject({ publisher: contoso.publisher });
    const moved = await owner.ask('PUT', `/api/connections/${idOf(made)}`, {
      body: { ...details, publisher, clientSecret: undefined },
      headers: { 'if-match': '"1"' },
    });
    expect(moved).toMatchObject({ status: 200, body: { publisher: contoso.publisher, version: 2 } });
    expect(moved.headers.get('etag')).toBe('"2"');
  });

  test('is of any publisher where an operator says so', async () => {
    const publisher = { id: 'fabrikam', name: 'Fabrikam' };
    const made = await operator.ask('POST', '/api/connections', { body: { ...details, publisher } });
    expect(made).toMatchObject({ status: 201, body: { publisher } });
    expect((await foreign.ask('GET', `/api/connections/${idOf(made)}`)).status).toBe(200);
    expect((await owner.ask('GET', `/api/connections/${idOf(made)}`)).status).toBe(404);
  });

  test('is listed for its own publisher and for operators', async () => {
    const ids = async (browser: Browser): Promise<unknown[]> => {
      const { body } = await browser.ask('GET', '/api/connections');
      return (body as { connections: { publisher: { id: string } }[] }).connections.map(
        ({ publisher }) => publisher.id,
      );
    };
    expect(new Set(await ids(owner))).toEqual(new Set(['contoso']));
    expect(new Set(await ids(reader))).toEqual(new Set(['contoso']));
    expect(new Set(await ids(foreign))).toEqual(new Set(['fabrikam']));
    expect(new Set(await ids(operator))).toEqual(new Set(['contoso', 'fabrikam', 'northwind']));
  });

  test('is refused in the words of the service that keeps it, with every fault', async () => {
    const body = { ...details, url: 'https://localhost', contactEmails: 'nobody' };
    const refused = await owner.ask('POST', '/api/connections', { body });
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body['errors']).toMatchObject([{ pointer: '/url' }, { pointer: '/contactEmails' }]);
    const id = idOf(await owner.ask('POST', '/api/connections', { body: details }));
    const path = `/api/connections/${id}`;
    expect((await owner.ask('PUT', path, { body: details })).status).toBe(428);
    const stale = await owner.ask('DELETE', path, { headers: { 'if-match': '"9"' } });
    expect(stale.status).toBe(412);
    expect(stale.headers.get('etag')).toBe('"1"');
  });

  test('is refused before anybody is asked, where it cannot be kept or sent on', async () => {
    const nul = await owner.ask('POST', '/api/connections', {
      body: { ...details, offer: { id: 'a\0', title: 'b' } },
    });
    expect([nul.status, nul.body['errors']]).toMatchObject([422, [{ pointer: '/offer/id' }]]);
    let deep: unknown = [];
    for (let level = 0; level < 2_000; level += 1) deep = [deep];
    const { status } = await owner.ask('POST', '/api/connections', { body: { ...details, deep } });
    expect(status).toBe(422);
    expect((await owner.ask('GET', '/api/leads?search=%00')).status).toBe(400);
  });

  test('walks through its life, and its history stays with its publisher when it is gone', async () => {
    const id = idOf(await owner.ask('POST', '/api/connections', { body: details }));
    const path = `/api/connections/${id}`;
    for (const [action, state] of [
      ['publish', 'published'],
      ['pause', 'paused'],
      ['resume', 'published'],
      ['unpublish', 'draft'],
    ] as const) {
      expect(await owner.ask('POST', `${path}/${action}`)).toMatchObject({ status: 200, body: { state } });
    }
    expect(await owner.ask('PUT', `${path}/secret`, { body: { clientSecret: 'another' } })).toMatchObject({
      status: 200,
    });
    const validated = await owner.ask('POST', `${path}/validate`);
    expect(validated).toMatchObject({ status: 202, body: { validationId: expect.any(String) } });
    const versions = await reader.ask('GET', `${path}/versions`);
    expect(versions.body['versions']).toHaveLength(6);
    expect((await reader.ask('GET', `${path}/versions/2`)).body).toMatchObject({ state: 'published' });
    const restored = await owner.ask('POST', `${path}/versions/1/restore`, {
      headers: { 'if-match': '"6"' },
    });
    expect(restored).toMatchObject({ status: 200, body: { version: 7 } });
    await eventually(async () => expect(await owner.status('GET', `/api/offers/${id}`)).toBe(200), {
      timeoutMs: 40_000,
    });
    expect((await owner.ask('DELETE', path, { headers: { 'if-match': '"7"' } })).status).toBe(204);
    expect((await owner.ask('GET', path)).status).toBe(404);
    const trail = await owner.ask('GET', `${path}/audit`);
    expect(trail.body['audit']).toContainEqual(
      expect.objectContaining({ who: people.owner, what: 'connection deleted' }),
    );
    expect((await foreign.ask('GET', `${path}/audit`)).status).toBe(404);
  });

  test('that was another publisher’s does not show what was then, nor goes back to it', async () => {
    const made = await operator.ask('POST', '/api/connections', {
      body: { ...details, publisher: { id: 'fabrikam', name: 'Fabrikam' } },
    });
    const path = `/api/connections/${idOf(made)}`;
    const given = await operator.ask('PUT', path, {
      body: { ...contoso, clientSecret: undefined },
      headers: { 'if-match': '"1"' },
    });
    expect(given.status).toBe(200);
    expect((await owner.ask('GET', `${path}/versions`)).body['versions']).toHaveLength(1);
    expect((await owner.ask('GET', `${path}/versions/1`)).status).toBe(404);
    const back = { headers: { 'if-match': '"2"' } };
    expect((await owner.ask('POST', `${path}/versions/1/restore`, back)).status).toBe(404);
    expect((await foreign.ask('GET', path)).status).toBe(404);
  });

  test.each([
    '..',
    '%2e%2e',
    'x',
    '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e02',
    '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e02%2faudit',
  ])('with the id %s is none', async (id) => {
    expect((await operator.ask('GET', `/api/connections/${id}/versions`)).status).toBe(404);
  });
});

describe('the lead address', () => {
  test('is in no answer but the one that is asked for it, and that is written down', async () => {
    const made = await owner.ask('POST', '/api/connections', { body: details });
    const path = `/api/connections/${idOf(made)}`;
    const answers = [
      made,
      await owner.ask('GET', path),
      await operator.ask('GET', path),
      await owner.ask('GET', '/api/connections'),
      await owner.ask('POST', `${path}/publish`),
      await owner.ask('POST', `${path}/rotate-address-key`),
      await owner.ask('GET', `${path}/versions`),
    ];
    for (const { text, status } of answers) {
      expect(status).toBeLessThan(300);
      expect(text).not.toMatch(/leadAddress"|gateway\.example/);
    }
    expect((await reader.ask('GET', `${path}/lead-address`)).status).toBe(403);
    const { body } = await owner.ask('GET', `${path}/lead-address`);
    expect(body).toEqual({ leadAddress: expect.stringMatching(/^https:\/\/gateway\.example\//) });
    const row = await portal.database
      .selectFrom('audit')
      .select(['who', 'outcome', 'publisher_id'])
      .where('what', '=', 'revealed the lead address')
      .where('target', '=', idOf(made))
      .orderBy('id', 'desc')
      .executeTakeFirst();
    expect(row).toEqual({ who: people.owner, outcome: 'done', publisher_id: 'contoso' });
  });
});
