/** The first job of `docker compose up`: makes the keys and passwords that are missing, each where its holder looks. */
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepKeys } from '../stack/facts/keys.ts';
import { apiKeyOfInstallation } from './config.ts';
import { databaseUsers, holders, ownerPassword, passwordFile } from './holders.ts';

/** @param folder has a folder for each holder */
export function makeKeys(folder: string, apiKey: string | undefined): void {
  const at = (holder: string, file: string): string => join(folder, holder, file);
  if (apiKey !== undefined) keep(at('credentials', 'credentials-api.key'), apiKey);
  keepKeys(folder, (file) => {
    const [home] = holders[file] ?? [];
    if (home === undefined) throw new Error(`tools/compose/holders.ts does not say who holds ${file}.`);
    return at(home, file);
  });
  for (const [file, [home, ...others]] of Object.entries(holders)) {
    for (const other of others) copyFileSync(at(home, file), at(other, file));
  }
  for (const user of databaseUsers) keepPassword(at(user, passwordFile));
  const owners = at(ownerPassword.holder, ownerPassword.file);
  keepPassword(owners);
  // The image of PostgreSQL reads it as a user of its own; who has the volume may.
  chmodSync(owners, 0o644);
}

function keepPassword(path: string): void {
  if (!existsSync(path)) keep(path, randomBytes(32).toString('base64url'));
}

function keep(path: string, content: string): void {
  writeFileSync(path, `${content}\n`, { mode: 0o600 });
}

if (import.meta.main) makeKeys('/keys', apiKeyOfInstallation());
