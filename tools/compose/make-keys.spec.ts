import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { databaseUsers, folders, holders, ownerPassword, passwordFile } from './holders.ts';
import { makeKeys } from './make-keys.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'keys-'));
  for (const name of folders) mkdirSync(join(place, name));
});
afterEach(() => rmSync(place, { recursive: true }));

const contentOf = (holder: string, file: string): string => readFileSync(join(place, holder, file), 'utf8');

/** Every file by holder and name. */
function everything(): Record<string, string> {
  return Object.fromEntries(
    folders.flatMap((holder) =>
      readdirSync(join(place, holder)).map((file) => [`${holder}/${file}`, contentOf(holder, file)]),
    ),
  );
}

test('every holder has its own keys, and nothing of others', () => {
  makeKeys(place, undefined);
  const expected = [
    ...Object.entries(holders).flatMap(([file, who]) => who.map((holder) => `${holder}/${file}`)),
    ...databaseUsers.map((user) => `${user}/${passwordFile}`),
    `${ownerPassword.holder}/${ownerPassword.file}`,
  ];
  expect(Object.keys(everything()).sort()).toEqual(expected.sort());
  expect(readdirSync(place).sort()).toEqual([...folders].sort());
});

test('only its user reads a key, but for the password that the image of PostgreSQL reads', () => {
  makeKeys(place, undefined);
  const open = Object.keys(everything()).filter((path) => (statSync(join(place, path)).mode & 0o077) !== 0);
  expect(open).toEqual([`${ownerPassword.holder}/${ownerPassword.file}`]);
});

test('no password is like another', () => {
  makeKeys(place, undefined);
  const passwords = Object.entries(everything()).filter(([path]) => path.endsWith('.password'));
  expect(passwords).toHaveLength(databaseUsers.length + 1);
  expect(new Set(passwords.map(([, password]) => password)).size).toBe(passwords.length);
});

test('what there is stays, a master key that was replaced too', () => {
  makeKeys(place, undefined);
  writeFileSync(join(place, 'credentials', 'master.key'), 'a newer one\n');
  const before = everything();
  makeKeys(place, undefined);
  expect(everything()).toEqual(before);
});

test('the key of the API is the one of the installation, where it has one', () => {
  makeKeys(place, undefined);
  makeKeys(place, 'the-key-of-this-installation');
  for (const holder of holders['credentials-api.key'] ?? [])
    expect(contentOf(holder, 'credentials-api.key').trim()).toBe('the-key-of-this-installation');
});
