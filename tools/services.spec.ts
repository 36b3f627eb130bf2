/** Which services there are: the folders of apps say so, and every list that names them has the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '@leads/contracts';
import { KEY_HOLDERS } from './stack/facts/keys.ts';
import { PLACES, newService } from './stack/facts/new-service.ts';
import { root } from './stack/config.ts';
import { serviceDeclarations } from './stack/services.ts';

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name).sort();

const folders = readdirSync(join(root, 'apps')).sort();
const services = folders.filter((folder) => textOf(`apps/${folder}/package.json`).includes('"type:service"'));

describe('every service below apps', () => {
  test('can be named by the topic catalogue', () => {
    expect([...SERVICES].sort()).toEqual(services);
  });

  test('has a key to sign with', () => {
    expect([...KEY_HOLDERS].sort()).toEqual(services);
  });

  test('runs in npm start', () => {
    expect(serviceDeclarations.map(({ name }) => name).sort()).toEqual(services);
  });

  test('is migrated and runs in docker compose', () => {
    expect(found(textOf('docker-compose.yml'), /^ {2}migrate-([a-z-]+):$/gm)).toEqual(services);
  });

  test('has a row in the README, as every other folder of apps', () => {
    const rows = textOf('README.md').match(/^\| `.*$/gm) ?? [];
    expect(found(rows.join('\n'), /`apps\/([a-z-]+)`/g)).toEqual(folders);
  });
});

describe('a new service', () => {
  const before = Object.fromEntries(PLACES.map((path) => [path, textOf(path)]));
  const after = newService(before, {
    name: 'lead-archive',
    port: 4005,
    purpose: 'written leads become files',
  });

  test.each(PLACES.filter((path) => !path.startsWith('apps/')))(
    'is written into %s, and nothing is lost',
    (path) => {
      expect(after[path]).toMatch(/lead-?archive|LEAD_ARCHIVE/i);
      // The formatter decides how JSON is laid out.
      const laidOut = path.endsWith('.json')
        ? (text = '') => JSON.stringify(JSON.parse(text), null, 1)
        : String;
      const kept = new Set(laidOut(after[path]).split('\n'));
      const lost = laidOut(before[path])
        .split('\n')
        .filter((line) => !kept.has(line) && !kept.has(`${line},`));
      expect(lost).toEqual([]);
    },
  );

  test('has nothing of the one that it was made from', () => {
    const made = Object.entries(after).filter(([path]) => path.startsWith('apps/'));
    expect(made.map(([path]) => path)).toContain('apps/lead-archive/src/main.ts');
    expect(made.filter(([, text]) => text.includes('gateway'))).toEqual([]);
  });
});
