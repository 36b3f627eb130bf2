import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseClock } from '@leads/database';
import { people, skewDate } from '@leads/testing';
import { sql } from 'kysely';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

const MINUTE_MS = 60_000;

let portal: RunningPortal;
let setRight: () => void = () => undefined;
beforeAll(async () => {
  portal = await startPortal();
}, 120_000);
afterAll(() => portal.close());
afterEach(() => setRight());

describe.each([-5, 5])('a portal on a machine whose clock is %d minutes ahead', (minutes) => {
  beforeEach(async () => {
    setRight = skewDate(minutes * MINUTE_MS);
    await portal.app.get(DatabaseClock).measure();
    await sql`truncate sessions`.execute(portal.database);
  });

  test('has people signed in for eight hours by the database’s clock, and no longer', async () => {
    const browser = await portal.signedIn(people.owner);
    const { rows } = await sql<{ minutes: number }>`
      select extract(epoch from expires_at - now())::float8 / 60 as minutes from sessions
    `.execute(portal.database);
    expect(Math.abs((rows[0]?.minutes ?? NaN) - 8 * 60)).toBeLessThan(1);
    await sql`update sessions set expires_at = now() + interval '1 minute'`.execute(portal.database);
    expect((await browser.ask('GET', '/api/session')).status).toBe(200);
    await sql`update sessions set expires_at = now() - interval '1 second'`.execute(portal.database);
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  test('takes a sign-in back that was begun before its clock was set, as long as it is not ten minutes old', async () => {
    const browser = portal.browser();
    const page = await browser.beginSignIn('/leads');
    setRight();
    setRight = skewDate(3 * minutes * MINUTE_MS);
    const back = await browser.atMicrosoft(page, { username: people.owner, password: people.password });
    setRight();
    const answer = await browser.ask('GET', back);
    expect(answer.headers.get('location')).toBe('/leads');
  });

  test('is let in by credentials, whose clock is right', async () => {
    const browser = await portal.signedIn(people.operator);
    expect((await browser.ask('GET', '/api/connections')).status).toBe(200);
  });
});
