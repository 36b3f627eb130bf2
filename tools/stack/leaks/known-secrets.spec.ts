import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { certificateAuthority } from '@leads/testing/certificates';
import { keepKeys } from '../facts/keys.ts';
import { alsoKnow, secretsIn } from './known-secrets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leads-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('of a folder all that is private is a secret, and what is public is none', async () => {
  const { certificate, key } = await (await certificateAuthority()).forServer();
  keepKeys(folder);
  writeFileSync(join(folder, 'server.crt'), certificate);
  writeFileSync(join(folder, 'server.key'), key);
  writeFileSync(join(folder, 'portal.password'), 'a-password\n');
  const found = secretsIn([folder]);
  const names = ['portal.password', 'server.key', 'master.key', 'portal.jwk.json', 'portal-session.key'];
  for (const name of names) expect([...found.keys()]).toContain(`${basename(folder)}/${name}`);
  for (const name of ['server.crt', 'service-keys.json'])
    expect([...found.keys()]).not.toContain(`${basename(folder)}/${name}`);
  expect(found.get(`${basename(folder)}/portal.password`)).toBe('a-password');
  const line = found.get(`${basename(folder)}/server.key`) ?? '';
  expect(line.length).toBeGreaterThan(40);
  expect(key).toContain(line);
});

test('a secret that replaces another of the same name is looked for beside it', () => {
  const known = new Map<string, string>();
  for (const secret of ['first', 'second', 'first', 'third']) alsoKnow(known, 'a lead address', secret);
  expect([...known]).toEqual([
    ['a lead address', 'first'],
    ['a lead address (2)', 'second'],
    ['a lead address (3)', 'third'],
  ]);
});
