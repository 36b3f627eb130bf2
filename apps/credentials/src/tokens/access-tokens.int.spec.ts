import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Received } from '@leads/kafka';
import { createLog } from '@leads/service';
import { sql } from 'kysely';
import type { ConnectionFields } from '@leads/contracts/connection-details';
import { eventually } from '@leads/testing';
import { toEvent } from '../connection-facts.ts';
import { findConnection } from '../connections/connection-store.ts';
import { Connections } from '../connections/connections.ts';
import { changeDetails, remove, replaceSecret } from '../connections/revisions.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { Vault } from '../secrets/vault.ts';
import { startTestSchema, type TestSchema } from '../testing/database.ts';
import { contosoFields } from '../testing/fields.ts';
import { AccessTokens, type AccessTokensOptions, type TokenOutcome } from './access-tokens.ts';
import type { EntraAnswer } from './entra.ts';
import { LiftWaits } from './lift-waits.ts';
import { RateLimiter } from './rate-limiter.ts';
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
  ...explainRefusal({ by: 'client-secret', number, status: 400 }),
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
  const limiter = new RateLimiter({ perSecond: 1_000, now: () => clock, sleep: () => Promise.resolve() });
  return new AccessTokens({
    database: schema.database,
    ask,
    limiter,
    now,
    random: () => 0.5,
    log,
    ...options,
  });
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
    entra = () =>
      Promise.resolve({ kind: 'refused', ...explainRefusal({ by: 'client-secret', status: 503 }) });
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
      limiter: new RateLimiter({ perSecond, now: () => clock, sleep }),
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

describe('a token that Dynamics refused', () => {
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

  test('by its name is replaced at once, however new it is, and another is handed out instead', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const refused = async (which: string): Promise<string> =>
      accessToken(await tokens.get(connectionId, true, hash(which)));
    expect(accessToken(await tokens.get(connectionId, false))).toBe('token-1');
    clock += 2_000;
    expect(await refused('token-1')).toBe('token-2');
    expect(await refused('token-1')).toBe('token-2');
    clock += 2_000;
    expect(await refused('token-2')).toBe('token-3');
    clock += 500;
    expect(await refused('token-3')).toBe('token-3');
    expect(asked).toBe(3);
  });
});

describe('a refusal', () => {
  const get = (tokens: AccessTokens, connectionId: string): Promise<TokenOutcome> =>
    tokens.get(connectionId, false);
  const save = (connectionId: string): Promise<unknown> => {
    const unchanged: ConnectionFields = contosoFields();
    delete unchanged.secret;
    return connections.revise(
      connectionId,
      'test',
      undefined,
      changeDetails(unchanged, 'connection changed'),
    );
  };

  test('of a client secret is asked for again after 5 s, 30 s, 2 and 10 minutes, for a new one replicates', async () => {
    const connectionId = await connect();
    entra = () => Promise.resolve(refusal(7000215));
    const told: boolean[] = [];
    const asksAt: number[] = [];
    const began = clock;
    for (let second = 0; second <= 25 * 60; second += 1) {
      const before = asked;
      // Another instance each time: what was remembered counts for all.
      const outcome = await get(accessTokens(), connectionId);
      if (asked > before) {
        asksAt.push((clock - began) / 1_000);
        told.push(outcome.kind === 'refused' && outcome.transient);
      }
      clock += 1_000;
    }
    expect(asksAt).toEqual([0, 5, 35, 155, 755, 1_355]);
    expect(told).toEqual([true, true, false, false, false, false]);
    entra = () => Promise.resolve(token());
    clock += 10 * MINUTE;
    expect(await get(accessTokens(), connectionId)).toMatchObject({ kind: 'token' });
  });

  test('of a user’s password is not asked for again, not by another instance, not after a year; a save tries once a minute', async () => {
    const connectionId = await connect();
    entra = () =>
      Promise.resolve({ kind: 'refused', ...explainRefusal({ by: 'password', number: 50126, status: 400 }) });
    await get(accessTokens(), connectionId);
    for (let saves = 0; saves < 5; saves += 1) {
      await save(connectionId);
      expect(await get(accessTokens(), connectionId)).toMatchObject({
        cause: 'AADSTS50126',
        transient: false,
      });
    }
    expect(asked).toBe(1);
    clock += MINUTE;
    await get(accessTokens(), connectionId);
    clock += 365 * 24 * HOUR;
    await get(accessTokens(), connectionId);
    expect(asked).toBe(2);
  });

  test.each([
    700016, 90002, 50076, 65001, 500011, 7000112, 50057, 500014, 7000229, 1000502, 53003, 7_999_999,
  ])(
    'AADSTS%i that was mended in the directory is found mended by the next probe, and by a save without a change',
    async (number) => {
      const [tokens, connectionId] = [accessTokens(), await connect()];
      entra = () => Promise.resolve(refusal(number));
      await get(tokens, connectionId);
      await get(tokens, connectionId);
      expect(asked).toBe(1);
      clock += 5_000;
      expect(await get(tokens, connectionId)).toMatchObject({ cause: `AADSTS${number}`, transient: false });
      entra = () => Promise.resolve(token());
      await save(connectionId);
      expect(await get(tokens, connectionId)).toMatchObject({ kind: 'token' });

      const other = await connect();
      entra = () => Promise.resolve(refusal(number));
      await get(tokens, other);
      entra = () => Promise.resolve(token());
      clock += 5_000;
      expect(await get(tokens, other)).toMatchObject({ kind: 'token' });
    },
  );

  test('is asked for anew by whoever validates, two seconds apart', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = () => Promise.resolve(refusal(65001));
    expect(await tokens.getForPerson(connectionId)).toMatchObject({ cause: 'AADSTS65001' });
    entra = () => Promise.resolve(token());
    clock += 2_000;
    expect(await tokens.getForPerson(connectionId)).toMatchObject({ kind: 'token' });
    expect(await get(tokens, connectionId)).toMatchObject({ kind: 'token' });
  });

  test('for a while is not asked for again before the time that Entra ID named, unless a person saves', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    const throttled = { by: 'client-secret', status: 429, retryAfterMs: 90_000 } as const;
    entra = () => Promise.resolve({ kind: 'refused', ...explainRefusal(throttled) });
    expect(await get(tokens, connectionId)).toMatchObject({ cause: 'throttled', transient: true });
    clock += 89_000;
    expect(await get(tokens, connectionId)).toMatchObject({ cause: 'throttled', askAgainAfterMs: 1_000 });
    expect(asked).toBe(1);
    await save(connectionId);
    await get(tokens, connectionId);
    expect(asked).toBe(2);
    entra = () => Promise.resolve(token());
    clock += 90_000;
    expect(await get(tokens, connectionId)).toMatchObject({ kind: 'token' });
  });
});

describe('what a person mends, through any instance', () => {
  const lifting = (tokens: AccessTokens): LiftWaits => new LiftWaits(tokens);
  const record = <Value>(value: Value): Received<never> & { value: Value } =>
    ({ value, key: '', partition: 0, offset: '0', timestamp: now() }) as Received<never> & { value: Value };
  const validated = (connectionId: string) => [
    record({
      validationId: randomUUID(),
      connectionId,
      at: now().toISOString(),
      check: 'validate',
      status: 'started' as const,
      tookMs: 0,
    }),
  ];
  const busy: EntraAnswer = {
    kind: 'refused',
    ...explainRefusal({ by: 'client-secret', status: 429, retryAfterMs: 90_000 }),
  };

  test('is asked for at once by the others, for all connections of that application and no other', async () => {
    const [tokens, one] = [accessTokens(), await connect()];
    const sibling = await connect();
    const stranger = (
      await connections.create(
        contosoFields({ applicationId: '9a1c2f2e-0000-4000-8000-000000000001' }),
        'test',
      )
    ).connectionId;
    entra = () => Promise.resolve(busy);
    for (const id of [one, sibling, stranger]) await tokens.get(id, false);
    entra = () => Promise.resolve(token());
    await lifting(tokens).validated(validated(one));
    expect(await tokens.get(one, false)).toMatchObject({ kind: 'token' });
    expect(await tokens.get(sibling, false)).toMatchObject({ kind: 'token' });
    expect(await tokens.get(stranger, false)).toMatchObject({ cause: 'throttled' });
    const saved = await findConnection(schema.database, stranger);
    if (!saved) throw new Error('It is gone.');
    await lifting(tokens).saved([record(toEvent(saved))]);
    expect(await tokens.get(stranger, false)).toMatchObject({ kind: 'token' });
  });

  test('a mended application is tried at once for all its connections once one of them has a token', async () => {
    const [tokens, one, sibling] = [accessTokens(), await connect(), await connect()];
    entra = () => Promise.resolve(refusal(7000215));
    for (let tries = 0; tries < 5; tries += 1) {
      await tokens.get(one, false);
      await tokens.get(sibling, false);
      clock += 2 * MINUTE;
    }
    await tokens.get(one, false);
    await tokens.get(sibling, false);
    clock += MINUTE;
    expect(await accessTokens().get(sibling, false)).toMatchObject({ kind: 'refused' });
    entra = () => Promise.resolve(token());
    expect(await tokens.get(sibling, false)).toMatchObject({ kind: 'refused' });
    await tokens.getForPerson(one);
    expect(await accessTokens().get(sibling, false)).toMatchObject({ kind: 'token' });
  });
});

describe('an Entra ID that is busy', () => {
  test('is asked again within seconds, at most every five, and answers at once when it is well', async () => {
    const [tokens, connectionId] = [accessTokens(), await connect()];
    entra = () =>
      Promise.resolve({ kind: 'refused', ...explainRefusal({ by: 'client-secret', status: 503 }) });
    for (let second = 0; second < 60; second += 1) {
      const outcome = await tokens.get(connectionId, false);
      expect(outcome).toMatchObject({ cause: 'http-503', transient: true });
      if (outcome.kind === 'refused') expect(outcome.askAgainAfterMs).toBeLessThanOrEqual(5_000);
      clock += 1_000;
    }
    expect(asked).toBeLessThanOrEqual(15);
    entra = () => Promise.resolve(token());
    clock += 5_000;
    expect(await tokens.get(connectionId, false)).toMatchObject({ kind: 'token' });
  });

  test('is not rushed by those who ask again: they leave the way to those who ask first', async () => {
    let waitMs = 0;
    const limiter = {
      acquire: () => Promise.resolve(),
      get waitMs() {
        return waitMs;
      },
    } as unknown as RateLimiter;
    const [tokens, connectionId] = [accessTokens({ limiter }), await connect()];
    entra = () => Promise.resolve({ kind: 'refused', ...explainRefusal({ by: 'client-secret' }) });
    await tokens.get(connectionId, false);
    clock += MINUTE;
    waitMs = 4_000;
    expect(await tokens.get(connectionId, false)).toMatchObject({
      cause: 'unreachable',
      askAgainAfterMs: 3_000,
    });
    expect(asked).toBe(1);
    waitMs = 0;
    await tokens.get(connectionId, false);
    expect(asked).toBe(2);
  });
});
