import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, type Fault, directories, people, productClientId } from '@leads/testing';
import { sql } from 'kysely';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

const LOGIN = 'login.microsoftonline.com';

let portal: RunningPortal;
beforeAll(async () => {
  portal = await startPortal();
}, 120_000);
afterEach(async () => {
  await portal.emulators.control.clearFaults();
});
afterAll(() => portal.close());

/** Where a browser ends whose sign-in went wrong. */
function signedOut(problem: string, returnTo = '/'): string {
  return `/signed-out?${new URLSearchParams({ problem, return: returnTo }).toString()}`;
}

/** Up to where Microsoft has sent the browser back. */
async function comeBack(browser: Browser, username: string = people.owner): Promise<string> {
  return browser.atMicrosoft(await browser.beginSignIn('/leads'), { username, password: people.password });
}

describe('signing in', () => {
  test('walks to Microsoft with PKCE, state and nonce, and back to where one was', async () => {
    const browser = portal.browser();
    const page = new URL(await browser.beginSignIn('/leads?state=dead'));
    expect(page.origin).toBe(portal.emulators.url);
    expect(page.pathname).toBe('/organizations/oauth2/v2.0/authorize');
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      client_id: productClientId,
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:4004/auth/callback',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const answer = await browser.signIn(people.owner, '/leads?state=dead');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/leads?state=dead');
  });

  test.each([
    [people.owner, directories.contoso, 'owner'],
    [people.reader, directories.contoso, 'reader'],
    [people.operator, directories.northwind, 'operator'],
    [people.stranger, directories.contoso, undefined],
  ])('makes %s, of the directory %s, %s', async (username, directoryId, role) => {
    const { body, status } = await (await portal.signedIn(username)).ask('GET', '/api/session');
    expect(status).toBe(200);
    expect(body).toMatchObject({ directoryId, user: { email: username } });
    expect(body['role']).toBe(role);
  });

  test('makes nobody an operator of another directory than the operators own', async () => {
    const { control } = portal.emulators;
    const { users = [] } = await control.tenant(directories.fabrikam);
    const operators = users.map((user) => ({ ...user, appRoles: { [productClientId]: ['Operator'] } }));
    await control.changeTenant(directories.fabrikam, { users: operators });
    const browser = await portal.signedIn(people.newOwner);
    expect((await browser.ask('GET', '/api/session')).body).not.toHaveProperty('role');
    expect((await browser.ask('GET', '/api/lanes')).status).toBe(403);
    await control.changeTenant(directories.fabrikam, { users });
  });

  test('gives each session an id of its own, and ends the one before it', async () => {
    const browser = await portal.signedIn(people.owner);
    const before = browser.cookies.get('leads-session');
    await browser.signIn(people.owner);
    expect(browser.cookies.get('leads-session')).not.toBe(before);
    browser.cookies.set('leads-session', before ?? '');
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test('sets a cookie that no script reads and no other site sends, and keeps no id in the database', async () => {
    const browser = portal.browser();
    const { headers } = await browser.ask('GET', await comeBack(browser));
    const cookie = headers.getSetCookie().find((line) => line.startsWith('leads-session='));
    expect(cookie).toMatch(/^leads-session=.*; Path=\/; HttpOnly; SameSite=Lax$/i);
    const id = decodeURIComponent(browser.cookies.get('leads-session') ?? '').split('.')[0] ?? '';
    const rows = await portal.database.selectFrom('sessions').select(['id', 'data']).execute();
    expect(id.length).toBeGreaterThan(20);
    expect(JSON.stringify(rows)).not.toContain(id);
  });

  test('keeps nothing of whoever only begins, however often: the browser has it, sealed and for ten minutes', async () => {
    const rows = () => portal.database.selectFrom('sessions').select('id').orderBy('id').execute();
    const before = await rows();
    for (let index = 0; index < 20; index++) {
      const browser = portal.browser();
      const { headers } = await browser.ask('GET', '/sign-in?return=/leads');
      const cookies = headers.getSetCookie();
      expect(cookies).toEqual([
        expect.stringMatching(/^leads-sign-in-0=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/i),
      ]);
      expect(decodeURIComponent(cookies.join())).not.toMatch(/nonce|verifier|returnTo/);
      await browser.ask('GET', '/auth/callback?state=x&code=y');
      await browser.ask('GET', '/api/session');
    }
    expect(await rows()).toEqual(before);
  });

  test('leads back to no other site', async () => {
    const answer = await portal.browser().signIn(people.owner, '//evil.example/');
    expect(answer.headers.get('location')).toBe('/');
  });

  test('works in two tabs at once', async () => {
    const browser = portal.browser();
    const [first, second] = [await browser.beginSignIn('/leads'), await browser.beginSignIn('/offers')];
    const form = { username: people.owner, password: people.password };
    const back = await browser.ask('GET', await browser.atMicrosoft(first, form));
    expect(back.headers.get('location')).toBe('/leads');
    const other = await browser.ask('GET', await browser.atMicrosoft(second, form));
    expect(other.headers.get('location')).toBe('/offers');
  });

  test('remembers the newest of very many tabs, in cookies that fit into a header', async () => {
    const browser = portal.browser();
    const pages: string[] = [];
    const long = `/leads?q=${'x'.repeat(1_900)}`;
    for (let tab = 0; tab < 12; tab++)
      pages.push(await browser.beginSignIn(tab === 11 ? long : `/offers/${tab}`));
    expect([...browser.cookies.values()].join('; ').length).toBeLessThan(8_000);
    const form = { username: people.owner, password: people.password };
    const ends: (string | null)[] = [];
    for (const page of pages) {
      const back = await browser.ask('GET', await browser.atMicrosoft(page, form));
      ends.push(back.headers.get('location'));
    }
    const tooOld = Array<string>(7).fill(signedOut('expired'));
    expect(ends).toEqual([...tooOld, '/offers/7', '/offers/8', '/offers/9', '/offers/10', '/leads']);
  });

  test('is not begun by a cookie that was sealed elsewhere, changed or moved to another state', async () => {
    const browser = portal.browser();
    const back = await comeBack(browser);
    const kept = browser.cookies.get('leads-sign-in-0') ?? '';
    for (const forged of [
      'e30',
      `${kept.slice(0, -6)}AAAAAA`,
      kept.replace(/^[^.]+/, 'eyJhbGciOiJub25lIn0'),
    ]) {
      const other = portal.browser();
      other.cookies.set('leads-sign-in-0', forged);
      expect((await other.ask('GET', back)).headers.get('location')).toBe(signedOut('expired'));
    }
    const moved = back.replace(/state=[^&]+/, 'state=another');
    expect((await browser.ask('GET', moved)).headers.get('location')).toBe(signedOut('expired'));
    expect((await browser.ask('GET', back)).headers.get('location')).toBe('/leads');
  });
});

describe('a sign-in that fails', () => {
  test('because it was cancelled says so', async () => {
    const browser = portal.browser();
    const back = await browser.atMicrosoft(await browser.beginSignIn('/leads'), { cancel: '1' });
    expect((await browser.ask('GET', back)).headers.get('location')).toBe(signedOut('cancelled', '/leads'));
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test('because it was never begun here, or is opened again, has expired', async () => {
    const browser = portal.browser();
    const back = await comeBack(browser);
    expect((await portal.browser().ask('GET', back)).headers.get('location')).toBe(signedOut('expired'));
    expect((await browser.ask('GET', back)).headers.get('location')).toBe('/leads');
    // Signed in already: there is nothing to be told.
    expect((await browser.ask('GET', back)).headers.get('location')).toBe('/');
    expect((await portal.browser().ask('GET', '/auth/callback')).headers.get('location')).toBe(
      signedOut('expired'),
    );
  });

  test.each(Object.getOwnPropertyNames(Object.prototype))(
    'because its state is %s, which every object has, has expired, whatever the code',
    async (state) => {
      const browser = portal.browser();
      const back = new URL(await comeBack(browser), portal.emulators.url);
      back.searchParams.set('state', state);
      const answer = await browser.ask('GET', `${back.pathname}${back.search}`);
      expect(answer.headers.get('location')).toBe(signedOut('expired'));
      expect((await browser.ask('GET', '/api/session')).status).toBe(401);
    },
  );

  test.each<[string, Fault]>([
    ['unreachable', { kind: 'status', status: 503, body: 'down' }],
    ['unreachable', { kind: 'aadsts', code: 90033 }],
    ['unreachable', { kind: 'reset-before-commit' }],
    ['not-configured', { kind: 'aadsts', code: 7000215 }],
    ['denied', { kind: 'aadsts', code: 53003 }],
    ['consent-needed', { kind: 'aadsts', code: 65001 }],
    ['expired', { kind: 'aadsts', code: 70008 }],
  ])('when the code is redeemed is %s: %j', async (problem, fault) => {
    const browser = portal.browser();
    const back = await comeBack(browser);
    await portal.emulators.control.addFault({ host: LOGIN, match: { path: '/token' }, ...fault });
    expect((await browser.ask('GET', back)).headers.get('location')).toBe(signedOut(problem, '/leads'));
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test.each(['of another key', 'of another sign-in', 'without signature'])(
    'because the ID token is one %s was not verified',
    async (which) => {
      const browser = portal.browser();
      const back = await comeBack(browser);
      const answer = await fetch(`${portal.emulators.url}/login/${LOGIN}/organizations/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'password',
          client_id: productClientId,
          username: people.operator,
          password: people.password,
          scope: 'openid',
        }),
      });
      const tokens = (await answer.json()) as { id_token: string };
      const [header = '', claims = '', signature = ''] = tokens.id_token.split('.');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
      const touched = `${signature.slice(0, -8)}${signature.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
      const forged = {
        'of another key': `${header}.${withNonce(claims, browser)}.${touched}`,
        'of another sign-in': tokens.id_token,
        'without signature': `${none}.${withNonce(claims, browser)}.`,
      }[which];
      await portal.emulators.control.addFault({
        host: LOGIN,
        match: { path: '/token' },
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: { ...tokens, id_token: forged },
      });
      expect((await browser.ask('GET', back)).headers.get('location')).toBe(
        signedOut('not-verified', '/leads'),
      );
      expect((await browser.ask('GET', '/api/session')).status).toBe(401);
    },
  );
});

/** The claims with the nonce that the portal expects: then only what else is wrong with the token can be noticed. */
function withNonce(claims: string, browser: Browser): string {
  const nonce = browser.lastNonce ?? '';
  expect(nonce).not.toBe('');
  const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...read, nonce })).toString('base64url');
}

describe('a session', () => {
  test('ends when one signs out, everywhere', async () => {
    const browser = await portal.signedIn(people.owner);
    const copy = new Map(browser.cookies);
    expect((await browser.ask('POST', '/sign-out')).status).toBe(204);
    for (const [name, value] of copy) browser.cookies.set(name, value);
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test('ends eight hours after the sign-in, whatever is done with it', async () => {
    const browser = await portal.signedIn(people.owner);
    const row = await portal.database
      .selectFrom('sessions')
      .select(['id', 'expires_at'])
      .orderBy('expires_at', 'desc')
      .executeTakeFirstOrThrow();
    expect(row.expires_at.getTime() - Date.now()).toBeGreaterThan(8 * 3_600_000 - 60_000);
    expect(row.expires_at.getTime() - Date.now()).toBeLessThanOrEqual(8 * 3_600_000);
    await browser.ask('GET', '/api/session');
    const again = await portal.database
      .selectFrom('sessions')
      .select('expires_at')
      .where('id', '=', row.id)
      .executeTakeFirstOrThrow();
    expect(again.expires_at).toEqual(row.expires_at);
    await portal.database
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() - 1) })
      .execute();
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test('ends where the same person begins very many others, and nobody else’s does', async () => {
    const oldest = await portal.signedIn(people.owner);
    const other = await portal.signedIn(people.reader);
    for (let count = 0; count < 20; count++) await portal.signedIn(people.owner);
    expect((await oldest.ask('GET', '/api/session')).status).toBe(401);
    expect((await other.ask('GET', '/api/session')).status).toBe(200);
    const { count } = await portal.database
      .selectFrom('sessions')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where(sql`data #>> '{person,email}'`, '=', people.owner)
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(20);
  });

  test('is nobody else with a cookie that was touched', async () => {
    const browser = await portal.signedIn(people.owner);
    const [[name = '', value = ''] = []] = [...browser.cookies];
    browser.cookies.set(name, `${value.slice(0, -4)}AAAA`);
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });
});
