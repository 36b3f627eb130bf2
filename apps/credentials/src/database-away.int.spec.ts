import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Gate } from '@leads/testing';
import { type Running, startForTest } from './testing/running.ts';

let running: Running;
let gate: Gate;
/** An instance whose database can be taken away. */
let address: string;
beforeAll(async () => {
  running = await startForTest();
  const url = new URL(running.databaseUrl);
  gate = new Gate({ host: url.hostname, port: Number(url.port) });
  await gate.open();
  url.host = `127.0.0.1:${gate.port}`;
  const instance = await running.start({ DATABASE_URL: url.href });
  [, address = ''] = await instance.says(/"address":"([^"]+)"/);
}, 60_000);
afterAll(async () => {
  await gate.shut();
  await running.close();
}, 60_000);

test('a request that needs the database while that is away is refused for now, in words, with when to ask again', async () => {
  const headers = { authorization: `Bearer ${running.apiKey}`, 'content-type': 'application/json' };
  const ask = (method: string, body?: string): Promise<Response> =>
    fetch(new URL('/api/connections', address), { method, headers, ...(body !== undefined && { body }) });
  expect((await ask('GET')).status).toBe(200);
  await gate.shut();
  const answer = await ask('GET');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await answer.json()).toMatchObject({
    detail: expect.stringMatching(/^Our database does not answer\./),
  });
  await gate.open();
  expect((await ask('GET')).status).toBe(200);
}, 60_000);
