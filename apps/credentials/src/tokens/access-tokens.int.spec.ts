import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog } from '@leads/service';
import { sql } from 'kysely';
import { eventually } from '@leads/testing';
import { findConnection } from '../connections/connection-store.ts';
import { Connections } from '../connections/connections.ts';
import { changeDetails, remove, replaceSecret } from '../connections/revisions.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { Vault } from '../secrets/vault.ts';
import { startTestSchema, type TestSchema } from '../testing/database.ts';
import { contosoFields } from '../testing/fields.ts';
import { AccessTokens, type AccessTokensOptions, type TokenOutcome } from './access-tokens.ts';
import type { EntraAnswer } from './entra.ts';
import { Pace } from './pace.ts';
import { explainRefusal } from './refusals.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const log = createLog({ service: 'test', instance: 'test', level: 'fatal' });

let schema: TestSchema;
let connections: Connections;
let clock: number;
let asked: number;
/** What Entra ID does; a token of an hour unless a test says otherwise. */
let entra: () => Promise<EntraAnswer>;

const now = (): Date => new Date(clock);
const token = (lifetimeMs = HOUR): EntraAnswer => ({
  kind: 'token',
  accessToken: `token-${asked}`,
  expiresAt: new Date(clock + lifetimeMs),
});
const refusal = (number: number): EntraAnswer => ({
  kind: 'refused',
  ...explainRefusal({ number, status: 400 }),
});

beforeAll(async () => {
  schema = await startTestSchema();
  const masterKey = randomBytes(32).toString('base64');
  const vault = new Vault(new KeyRing(() => Promise.resolve(masterKey)));
  connections = new Connections({
    database: schema.database,
    vault,
    gatewayUrl: 'https://gateway.example',
    wakeRelay: () => undefined,
    now,
  });
});
afterAll(() => schema.close());
beforeEach(() => {
  clock = Date.parse('2026-11-22T12:00:00Z');
  asked = 0;
  entra = () => Promise.resolve(token());
});

function accessTokens(options: Partial<AccessTokensOptions> = {}): AccessTokens {
  const ask = async (): Promise<EntraAnswer> => {
    asked += 1;
    return entra();
  };
  const pace = new Pace({ perSecond: 1_000, now: () => clock, sleep: () => Promise.resolve() });
  return new AccessTokens({ database: schema.database, ask, pace, now, random: () => 0.5, log, ...options });
}

async function connect(): Promise<string> {
  return (await connections.create(contosoFields(), 'test')).connectionId;
}

/** As many as that, all like the first but for their ids. */
async function connectMany(count: number): Promise<string[]> {
  const first = await connect();
  const { rows } = await sql<{ id: string }>`
    insert into connections (id, version, facts, address_key_hash, changed_at, changed_by)
    select gen_random_uuid(), version, facts, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), changed_at, changed_by
      from connections, generate_series(2, ${count}) where id = ${first}
    returning id
  `.execute(schema.database);
  return [first, ...rows.map(({ id }) => id)];
}

const accessToken = (outcome: TokenOutcome): string =>
  outcome.kind === 'token' ? outcome.accessToken : outcome.cause;

describe('an access token', () => {
  test('is asked for once, however many want it at once', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => tokens.get(connectionId, false)));
    expect(asked).toBe(1);
    expect(new Set(outcomes.map(accessToken))).toEqual(new Set(['token-1']));
  });

  test('is kept until its last five minutes, and renewed ahead without anybody waiting', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const get = async (): Promise<string> => accessToken(await tokens.get(connectionId, false));
    expect(await get()).toBe('token-1');
    clock += 36 * MINUTE;
    expect(await get()).toBe('token-1');
    expect(asked).toBe(1);
    clock += 10 * MINUTE;
    expect(await get()).toBe('token-1');
    await eventually(async () => expect(await get()).toBe('token-2'));
    expect(asked).toBe(2);
  });

  test('is handed out while Entra ID is down, until its last five minutes', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const get = async (): Promise<string> => accessToken(await tokens.get(connectionId, false));
    await get();
    entra = () => Promise.resolve({ kind: 'refused', ...explainRefusal({ status: 503 }) });
    for (let minute = 0; minute < 54; minute += 1) {
      clock += MINUTE;
      expect(await get()).toBe('token-1');
    }
    clock += 2 * MINUTE;
    expect(await get()).toBe('http-503');
    entra = () => Promise.resolve(token());
    clock += MINUTE;
    expect(await get()).toMatch(/^token-/);
  });

  test('that lives shorter than five minutes is kept all the same: asking each time would be a loop', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = () => Promise.resolve(token(4 * MINUTE));
    await tokens.get(connectionId, false);
    clock += MINUTE;
    await tokens.get(connectionId, false);
    expect(asked).toBe(1);
  });

  test('that Dynamics refused is asked for anew, but not more often than every five seconds', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    await tokens.get(connectionId, false);
    const refreshed = async (): Promise<string> => accessToken(await tokens.get(connectionId, true));
    expect(await refreshed()).toBe('token-1');
    clock += 5_000;
    expect(await Promise.all([refreshed(), refreshed()])).toEqual(['token-2', 'token-2']);
    expect(await refreshed()).toBe('token-2');
    expect(asked).toBe(2);
  });

  test('of a replaced secret, a changed URL or a deleted connection is handed out no more', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const get = async (): Promise<string> => accessToken(await tokens.get(connectionId, false));
    expect(await get()).toBe('token-1');
    await connections.revise(
      connectionId,
      'test',
      undefined,
      replaceSecret({ kind: 'client-secret', value: 'b' }),
    );
    expect(await get()).toBe('token-2');
    const moved = contosoFields({ url: 'https://fabrikam.crm.dynamics.com' });
    await connections.revise(connectionId, 'test', undefined, changeDetails(moved, 'connection changed'));
    expect(await get()).toBe('token-3');
    await connections.revise(connectionId, 'test', undefined, remove);
    expect(await get()).toBe('unknown-connection');
  });

  test('got while its secret was being replaced is not handed out', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = async () => {
      const answer = token();
      if (asked === 1) {
        const revise = replaceSecret({ kind: 'client-secret', value: 'b' });
        await connections.revise(connectionId, 'test', undefined, revise);
      }
      return answer;
    };
    expect(await tokens.get(connectionId, false)).toMatchObject({ accessToken: 'token-2', secretVersion: 2 });
  });
});

describe('a thousand connections whose tokens end together', () => {
  test('make one request each, never faster than the rate, and wait for nothing they need not', async () => {
    const connectionIds = await connectMany(1_000);
    const [began, perSecond] = [clock, 50];
    const sleepers: { at: number; wake: () => void }[] = [];
    const sleep = (ms: number): Promise<void> =>
      new Promise((wake) => sleepers.push({ at: clock + ms, wake }));
    const asks = new Map<string, number[]>();
    const tokens = accessTokens({
      pace: new Pace({ perSecond, now: () => clock, sleep }),
      ask: ({ connectionId }) => {
        asks.set(connectionId, [...(asks.get(connectionId) ?? []), clock]);
        return Promise.resolve(token());
      },
    });
    const asking: Promise<TokenOutcome>[] = [];
    for (const connectionId of connectionIds) {
      asking.push(tokens.get(connectionId, false), tokens.get(connectionId, false));
      // The pool serves in order: no more wait for it than it can serve in its time.
      if (asking.length % 100 === 0) await findConnection(schema.database, connectionId);
    }
    const got = Promise.all(asking).then((outcomes) => ({ outcomes }));
    const settled = Symbol('not yet');
    for (;;) {
      const done = await Promise.race([got, setImmediate(settled)]);
      if (done !== settled) break;
      const next = sleepers.sort((one, other) => one.at - other.at).shift();
      if (!next) continue;
      clock = Math.max(clock, next.at);
      next.wake();
    }
    const { outcomes } = await got;
    expect(outcomes.every(({ kind }) => kind === 'token')).toBe(true);
    expect(asks.size).toBe(1_000);
    const times = [...asks.values()].flat().sort((one, other) => one - other);
    expect(times).toHaveLength(1_000);
    times.forEach((time, index) => {
      const secondEarlier = times[index - perSecond];
      if (secondEarlier !== undefined) expect(time - secondEarlier).toBeGreaterThanOrEqual(999);
    });
    expect(clock - began).toBeLessThanOrEqual(20_000);
  });

  test('renew at different times ahead of their end', async () => {
    const connectionIds = await connectMany(60);
    const renewedAt: number[] = [];
    const tokens = accessTokens({
      random: Math.random,
      ask: () => {
        renewedAt.push(clock);
        return Promise.resolve(token());
      },
    });
    const began = clock;
    for (let minute = 0; minute < 54; minute += 1) {
      await Promise.all(connectionIds.map((connectionId) => tokens.get(connectionId, false)));
      clock += MINUTE;
    }
    const minutes = renewedAt.slice(60).map((at) => Math.round((at - began) / MINUTE));
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(36);
    expect(new Set(minutes).size).toBeGreaterThan(5);
  });
});

describe('a refusal', () => {
  test('of a secret for good is not asked for again: not by another instance, not after a year', async () => {
    const connectionId = await connect();
    entra = () => Promise.resolve(refusal(7000215));
    expect(await accessTokens().get(connectionId, false)).toMatchObject({ cause: 'AADSTS7000215' });
    clock += 365 * 24 * HOUR;
    expect(await accessTokens().get(connectionId, true)).toMatchObject({ cause: 'AADSTS7000215' });
    expect(asked).toBe(1);
    await connections.revise(
      connectionId,
      'test',
      undefined,
      replaceSecret({ kind: 'client-secret', value: 'b' }),
    );
    entra = () => Promise.resolve(token());
    expect(await accessTokens().get(connectionId, false)).toMatchObject({ kind: 'token' });
  });

  test('that an administrator can mend in the directory is looked at again now and then', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = () => Promise.resolve(refusal(7000112));
    await tokens.get(connectionId, false);
    clock += 14 * MINUTE;
    await tokens.get(connectionId, false);
    expect(asked).toBe(1);
    entra = () => Promise.resolve(token());
    clock += MINUTE;
    expect(await tokens.get(connectionId, false)).toMatchObject({ kind: 'token' });
  });

  test('for a while is not asked for again before the time that Entra ID named', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = () =>
      Promise.resolve({ kind: 'refused', ...explainRefusal({ status: 429, retryAfterMs: 90_000 }) });
    expect(await tokens.get(connectionId, false)).toMatchObject({ cause: 'throttled', transient: true });
    clock += 89_000;
    expect(await tokens.get(connectionId, false)).toMatchObject({ cause: 'throttled', transient: true });
    expect(asked).toBe(1);
    entra = () => Promise.resolve(token());
    clock += 1_000;
    expect(await tokens.get(connectionId, false)).toMatchObject({ kind: 'token' });
  });
});
