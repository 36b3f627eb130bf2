/** What a stack knows and nobody may read of it: the private halves of what its folders hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Every secret in the files of these folders, by the file's name: passwords, keys, private keys.
 * Certificates and public keys are none.
 */
export function secretsIn(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const file of readdirSync(folder)) {
      const secret = secretOf(file, readFileSync(join(folder, file), 'utf8').trim());
      if (secret !== undefined) found.set(`${basename(folder)}/${file}`, secret);
    }
  }
  return found;
}

/** Adds a secret. One that is known by that name stays beside it: what was replaced is still nobody's to read. */
export function alsoKnow(known: Map<string, string>, name: string, secret: string): void {
  if ([...known.values()].includes(secret)) return;
  let free = name;
  for (let number = 2; known.has(free); number += 1) free = `${name} (${number})`;
  known.set(free, secret);
}

function secretOf(file: string, text: string): string | undefined {
  if (file.endsWith('.json')) return (JSON.parse(text) as { d?: string }).d;
  // A line from within: what a leak of any part of the key would have.
  if (text.includes('PRIVATE KEY')) return /PRIVATE KEY-----\n([^\n-]+)/.exec(text)?.[1];
  return /\.(key|password)$/.test(file) ? text : undefined;
}
