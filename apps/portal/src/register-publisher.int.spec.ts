import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate, openDatabase } from '@leads/database';
import { directories, testDatabase, type TestDatabase } from '@leads/testing';
import { Publishers } from './access/publishers.ts';
import type { PortalTables } from './tables.ts';

const { contoso: CONTOSO, fabrikam: FABRIKAM } = directories;
const command = fileURLToPath(new URL('../dist/register-publisher.command.js', import.meta.url));

let database: TestDatabase;
beforeAll(async () => {
  const folder = new URL('../migrations/', import.meta.url);
  database = await testDatabase((url) => migrate({ url, schema: 'portal', folder }));
}, 60_000);
afterAll(() => database.drop());

function run(...words: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const env = { DATABASE_URL: database.url };
    execFile(process.execPath, [command, ...words], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, said: out + err }),
    );
  });
}

async function domains(): Promise<string[] | undefined> {
  const settings = { url: database.url, schema: 'portal', poolSize: 1, application: 'test' };
  const portal = openDatabase<PortalTables>(settings, () => undefined);
  try {
    const [publisher] = await new Publishers(portal).list();
    return publisher?.domains;
  } finally {
    await portal.destroy();
  }
}

test('an operator says whose directory acts for a publisher, once and again', async () => {
  expect(await run('contoso', 'Contoso', CONTOSO)).toEqual({
    code: 0,
    said: `The directory ${CONTOSO} acts for contoso.\n`,
  });
  expect((await run('contoso', 'Contoso', CONTOSO.toUpperCase())).code).toBe(0);
  expect(await run('Contoso', 'Fabrikam', FABRIKAM)).toMatchObject({
    code: 1,
    said: expect.stringContaining('Nothing was changed'),
  });
  expect((await run('other', 'Contoso', CONTOSO)).code).toBe(1);
  expect((await run('con toso', 'Contoso', FABRIKAM)).code).toBe(2);
  expect((await run('fabrikam', 'Fabrikam', 'fabrikam.onmicrosoft.com')).code).toBe(2);
}, 60_000);

test('an operator says which domains are the publisher’s own, again where others are named', async () => {
  expect((await run('contoso', 'Contoso', CONTOSO, 'Contoso.example', 'bücher.example')).code).toBe(0);
  expect(await domains()).toEqual(['contoso.example', 'xn--bcher-kva.example']);
  expect((await run('contoso', 'Contoso', CONTOSO)).code).toBe(0);
  expect(await domains()).toEqual(['contoso.example', 'xn--bcher-kva.example']);
  expect((await run('contoso', 'Contoso', CONTOSO, 'contoso.com')).code).toBe(0);
  expect(await domains()).toEqual(['contoso.com']);
  const shared = await run('contoso', 'Contoso', CONTOSO, 'gmail.com');
  expect(shared).toMatchObject({ code: 2, said: expect.stringMatching(/^gmail\.com: Anybody can/) });
  expect(await domains()).toEqual(['contoso.com']);
}, 60_000);
