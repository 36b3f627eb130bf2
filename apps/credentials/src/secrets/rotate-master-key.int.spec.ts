import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { contoso, eventually, type RunningProcess, startBuilt } from '@leads/testing';
import { type Running, startForTest } from '../testing/running.ts';

const COUNT = 120;
let running: Running;
let connectionIds: string[];
let client: pg.Client;

beforeAll(async () => {
  running = await startForTest();
  client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  const created = await Promise.all(Array.from({ length: COUNT }, () => running.create()));
  connectionIds = created.map(({ connectionId }) => connectionId);
}, 60_000);
afterAll(async () => {
  await client.end();
  await running.close();
}, 30_000);

const app = new URL('../../', import.meta.url);
const rotate = (settings: Record<string, string> = {}): Promise<RunningProcess> =>
  startBuilt(app, 'secrets/rotate-master-key.command.js', {
    DATABASE_URL: running.databaseUrl,
    MASTER_KEY_FILE: running.masterKeyFile,
    ...settings,
  });

async function masterKeysInUse(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ id: string; count: number }>(
    'select master_key_id as id, count(*)::int as count from credentials.secrets group by 1',
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
}

/** Both secrets of every connection open: the lead address is shown, and Entra ID takes the client secret. */
async function expectReadable(ids: string[]): Promise<void> {
  for (const connectionId of ids) {
    const { body } = await running.call('GET', `/api/connections/${connectionId}`);
    expect(body['leadAddress']).toMatch(/\/leads\/[\w-]{43}$/);
  }
  const answers = await Promise.all(
    ids.slice(0, 10).map((connectionId) => running.requester.ask(connectionId)),
  );
  expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => 'token'));
}

describe('rotating the master key', () => {
  test('re-wraps everything while connections are made and read, and the key file stays private', async () => {
    const [before] = Object.keys(await masterKeysInUse());
    const child = await rotate();
    let ended = false;
    const waiting = child.ended.then((code) => {
      ended = true;
      return code;
    });
    while (!ended) {
      const { connectionId } = await running.create();
      connectionIds.push(connectionId);
      expect((await running.call('GET', `/api/connections/${connectionId}`)).status).toBe(200);
    }
    expect(child.output()).toContain('secrets are now under the master key');
    expect(await waiting).toBe(0);
    const after = await masterKeysInUse();
    expect(Object.values(after)).toEqual([connectionIds.length * 2]);
    expect(after).not.toHaveProperty(before ?? '');
    await expectReadable(connectionIds);
    expect((await stat(running.masterKeyFile)).mode & 0o777).toBe(0o600);
    const keys = (await readFile(running.masterKeyFile, 'utf8')).trim().split('\n');
    expect(keys).toHaveLength(2);
    // Nothing needs the older key any more.
    await writeFile(running.masterKeyFile, `${keys[0]}\n`);
    await expectReadable(connectionIds.slice(0, 10));
  }, 60_000);

  test('killed in the middle leaves every secret readable, and the next run carries on with the same key', async () => {
    const [before = ''] = Object.keys(await masterKeysInUse());
    // The last batch is held up, so that the kill comes in the middle.
    const holding = new pg.Client({ connectionString: running.databaseUrl });
    await holding.connect();
    try {
      await holding.query('begin');
      const [last] = [...connectionIds].sort().slice(-1);
      await holding.query('select 1 from credentials.secrets where connection_id = $1 for update', [last]);
      const killed = await rotate();
      await eventually(async () => expect(Object.keys(await masterKeysInUse())).toHaveLength(2));
      await killed.end('SIGKILL');
    } finally {
      await holding.end();
    }
    expect(await masterKeysInUse()).toHaveProperty(before);
    await expectReadable(connectionIds);

    const next = await rotate();
    expect(await next.ended).toBe(0);
    expect(Object.keys(await masterKeysInUse())).toHaveLength(1);
    expect((await readFile(running.masterKeyFile, 'utf8')).trim().split('\n')).toHaveLength(2);
    await expectReadable(connectionIds);
  }, 60_000);

  test('is refused with one sentence where the key at hand is wrong, or another rotation is under way', async () => {
    const wrong = await rotate({ MASTER_KEY_FILE: '', MASTER_KEY: randomBytes(32).toString('base64') });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output().trim()).toMatch(
      /is not the one that this database was set up with.*nothing was changed/,
    );
    await client.query('begin');
    await client.query('lock table credentials.rotation_lock in exclusive mode');
    const second = await rotate();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('Another rotation of the master key is under way');
    await client.query('rollback');
  });
});

test('a secret change that is killed leaves the old secret or the new one', async () => {
  const running2 = await running.start();
  const [, address = ''] = await running2.says(/"address":"([^"]+)"/);
  const { connectionId } = await running.create();
  const replacing = Array.from({ length: 40 }, (_, index) =>
    running
      .call('PUT', `${address}/api/connections/${connectionId}/secret`, {
        clientSecret: contoso.clientSecret,
        clientSecretExpiresOn: `2099-01-${String((index % 28) + 1).padStart(2, '0')}`,
      })
      .catch(() => undefined),
  );
  await Promise.race(replacing);
  await running2.end('SIGKILL');
  await Promise.all(replacing);
  expect(await running.requester.ask(connectionId)).toMatchObject({ kind: 'token' });
  const { rows } = await client.query('select version from credentials.secrets where connection_id = $1', [
    connectionId,
  ]);
  expect(rows).toHaveLength(2);
}, 30_000);
