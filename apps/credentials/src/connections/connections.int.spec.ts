import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { topics } from '@leads/contracts';
import { openDatabase } from '@leads/database';
import { contoso } from '@leads/testing';
import type { CredentialsTables } from '../tables.ts';
import { type Running, startForTest } from '../testing/running.ts';
import { publishAgain } from './publish-again.ts';

let running: Running;

beforeAll(async () => {
  running = await startForTest();
}, 60_000);
afterAll(() => running.close(), 30_000);

async function query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql, values);
  await client.end();
  return rows;
}

test('connections are listed a publisher at a time, and by pages', async () => {
  const ids: string[] = [];
  for (const id of ['adventure', 'Adventure', 'wingtip']) {
    const made = await running.call('POST', '/api/connections', { ...contoso, publisher: { id, name: id } });
    ids.push(made.body['connectionId'] as string);
  }
  const listed = async (asked: string): Promise<unknown[]> => {
    const { body } = await running.call('GET', `/api/connections?${asked}`);
    return (body['connections'] as { connectionId: string }[]).map(({ connectionId }) => connectionId);
  };
  const adventures = ids.slice(0, 2).sort();
  expect(await listed('publisherId=ADVENTURE')).toEqual(adventures);
  expect(await listed('publisherId=adventure&limit=1')).toEqual(adventures.slice(0, 1));
  expect(await listed(`publisherId=adventure&limit=1&after=${adventures[0]}`)).toEqual(adventures.slice(1));
  expect(await listed('publisherId=nobody')).toEqual([]);
  expect((await running.call('GET', '/api/connections?limit=501')).status).toBe(400);
  for (const id of ids) {
    await running.call('DELETE', `/api/connections/${id}`, undefined, { 'if-match': '"1"' });
  }
});

describe('the connections API', () => {
  test('creates a draft with a lead address of its own, and publishes it once', async () => {
    const created = await running.call('POST', '/api/connections', contoso, {
      'x-actor': 'anna@contoso.example',
    });
    expect(created.status).toBe(201);
    const { clientSecret, ...entered } = contoso;
    expect(created.body).toMatchObject({
      ...entered,
      version: 1,
      state: 'draft',
      changedBy: 'anna@contoso.example',
    });
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.body['leadAddress']).toMatch(/^https:\/\/gateway\.example\/leads\/[\w-]{43}$/);

    const path = created.headers.get('location') ?? '';
    const published = await running.call('POST', `${path}/publish`);
    expect(published.body).toMatchObject({ version: 2, state: 'published' });
    const again = await running.call('POST', `${path}/publish`);
    expect(again).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await running.call('GET', path)).body).toEqual(again.body);
    const listed = await running.call('GET', '/api/connections');
    expect(listed.body['connections']).toHaveLength(1);
    expect(listed.text).not.toContain('/leads/');
    expect(JSON.stringify([created, published, again, listed])).not.toContain(clientSecret);
  });

  test('tells of every version on connections.v1, with the hash of the address key and never the key', async () => {
    const mapping = { constants: { contoso_campaign: 'spring' }, columns: { contoso_offer: 'offer' } };
    const { connectionId, leadAddress } = await running.create({ mapping });
    await running.call('POST', `/api/connections/${connectionId}/publish`);
    const events = await running.published(
      topics.connections,
      ({ value }) => value.connectionId === connectionId,
      2,
    );
    const key = leadAddress.split('/').at(-1) ?? '';
    const addressKeyHash = createHash('sha256').update(key).digest('hex');
    expect(events).toMatchObject([
      { version: 1, state: 'draft', addressKeyHash, secretVersion: 1, mapping },
      { version: 2, state: 'published', addressKeyHash, secretVersion: 1, mapping },
    ]);
    expect(JSON.stringify(events)).not.toContain(key);
  });

  test('keeps neither the secret nor the address key in clear', async () => {
    const { connectionId, leadAddress } = await running.create();
    const rows = await query('select * from credentials.secrets where connection_id = $1', [connectionId]);
    expect(rows.map(({ purpose }) => purpose).sort()).toEqual(['address-key', 'client-secret']);
    const stored = rows.map(({ sealed }) => (sealed as Buffer).toString('latin1')).join();
    expect(stored).not.toContain(contoso.clientSecret);
    expect(stored).not.toContain(leadAddress.split('/').at(-1));
  });

  test('names every fault of one request at once, and saves nothing', async () => {
    const before = await query('select count(*) from credentials.connections');
    const wrong = {
      ...contoso,
      url: 'http://contoso.crm4.dynamics.com:8080',
      applicationId: 'contoso',
      clientSecret: ' ',
      contactEmails: 'sales@contoso.example;nobody;SALES@contoso.example',
      color: 'blue',
    };
    const { status, headers, body } = await running.call('POST', '/api/connections', wrong);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    const errors = body['errors'] as { pointer: string }[];
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/applicationId',
      '/clientSecret',
      '/color',
      '/contactEmails',
      '/contactEmails',
      '/url',
    ]);
    expect(await query('select count(*) from credentials.connections')).toEqual(before);
  });

  test.each<[string, string, string, unknown, number, string]>([
    [
      'NUL',
      'POST',
      '/api/connections',
      { ...contoso, offer: { id: 'o', title: 'a\0b' } },
      422,
      '/offer/title',
    ],
    [
      'half a character',
      'POST',
      '/api/connections',
      { ...contoso, mapping: { constants: { a: '\ud83d' } } },
      422,
      '/mapping/constants/a',
    ],
    ['NUL in the address', 'GET', '/api/connections?publisherId=%00', undefined, 400, '/publisherId'],
    ['a year that never was', 'GET', '/api/incidents?before=0000-01-01T00:00:00Z', undefined, 400, '/before'],
  ])(
    'names what the database cannot be asked with: %s',
    async (_what, method, path, body, status, pointer) => {
      const refused = await running.call(method, path, body);
      expect(refused.status).toBe(status);
      expect(refused.body['errors']).toMatchObject([{ pointer }]);
    },
  );

  test('is closed without the key, and knows no connection that there is not', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic YTpi']) {
      const { status, headers } = await running.call('GET', '/api/connections', undefined, { authorization });
      expect(status).toBe(401);
      expect(headers.get('content-type')).toContain('application/problem+json');
    }
    expect((await running.call('GET', '/api/connections/nothing')).status).toBe(404);
  });
});

test('every connection is published once more as it is, page by page', async () => {
  const ids = [await running.create(), await running.create()].map(({ connectionId }) => connectionId);
  await running.call('DELETE', `/api/connections/${ids[1]}`, undefined, { 'if-match': '"1"' });
  const database = openDatabase<CredentialsTables>(
    { url: running.databaseUrl, schema: 'credentials', poolSize: 1, application: 'test' },
    () => undefined,
  );
  const count = await publishAgain(database, 1).finally(() => database.destroy());
  const [all] = await query('select count(*)::int as count from credentials.connections');
  expect(all).toEqual({ count });
  const told = await running.published(
    topics.connections,
    ({ value }) => ids.includes(value.connectionId),
    5,
  );
  const versions = ids.map((id) => told.filter(({ connectionId }) => connectionId === id));
  expect(versions.map((of) => of.map(({ version }) => version))).toEqual([
    [1, 1],
    [1, 2, 2],
  ]);
  expect(versions[1]?.at(-1)).toMatchObject({ state: 'deleted' });
});

describe('the start', () => {
  test('is refused with one sentence where there are no keys to sign and to check records with', async () => {
    for (const setting of ['SERVICE_SIGNING_KEY_FILE', 'SERVICE_KEYS_FILE']) {
      const other = await running.start({ [setting]: '', NODE_ENV: 'production', MICROSOFT_RESOLVER: '' });
      expect(await other.ended).toBe(2);
      expect(other.output().trim().split('\n')).toEqual([expect.stringContaining(`${setting} is not set.`)]);
    }
  });

  test('is refused with one sentence where the master key is another, and nothing listens', async () => {
    const other = await running.start({
      MASTER_KEY_FILE: '',
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    expect(await other.ended).toBe(2);
    expect(other.output().trim().split('\n')).toEqual([
      expect.stringContaining('its master key is not the one that this database was set up with'),
    ]);
  });

  test.each([
    [
      'there is none',
      { MASTER_KEY_FILE: '' },
      'in exactly one of MASTER_KEY_FILE, MASTER_KEY and MASTER_KEY_VAULT_KEY',
    ],
    ['its file is missing', { MASTER_KEY_FILE: '/nowhere/master.key' }, 'the file cannot be read (ENOENT)'],
    ['it is too short', { MASTER_KEY_FILE: '', MASTER_KEY: 'c2hvcnQ=' }, 'line 1 is not 32 bytes in base64'],
  ])('is refused with one sentence where %s', async (_case, settings, sentence) => {
    const other = await running.start(settings);
    expect(await other.ended).toBe(2);
    expect(other.output().trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
  });
});
