import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from './stack/config.ts';

/** Files below a folder, without what is made or installed. */
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.git', '.local', '.nx'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, ending);
    return entry.name.endsWith(ending) ? [path] : [];
  });
}

const documents = filesBelow(root, '.md').map((path) => relative(root, path));

describe('every document', () => {
  test.each(documents)('%s links only to what is there', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });
});

describe('every decision', () => {
  const list = readFileSync(join(root, 'docs', 'decisions', 'README.md'), 'utf8');
  const decisions = filesBelow(join(root, 'docs', 'decisions'), '.md').filter((path) => /\d{4}-/.test(path));

  test.each(decisions.map((path) => relative(join(root, 'docs', 'decisions'), path)))(
    '%s is listed',
    (file) => {
      expect(list).toContain(`](${file})`);
    },
  );
});

describe('the Node of .nvmrc', () => {
  test('is the one that package.json pins', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(readFileSync(join(root, '.nvmrc'), 'utf8').trim()).toBe(devDependencies['node']);
  });
});

describe('every setting', () => {
  const described = readFileSync(join(root, '.env.example'), 'utf8');
  const libraries = [
    'libs/service/src/proxy.ts',
    'libs/service/src/retention.ts',
    'libs/kafka/src/variables.ts',
    'libs/kafka/src/config.ts',
  ];
  const settings = [
    ...filesBelow(join(root, 'apps'), 'config.ts'),
    ...libraries.map((path) => join(root, path)),
  ]
    .filter((path) => !path.includes(join('apps', 'emulators')))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)])
    .map((match) => match[1] ?? '');

  test.each([...new Set(settings)])('%s is described in .env.example', (setting) => {
    expect(described).toMatch(new RegExp(`^# ${setting}=|\\b${setting}\\b.*\\.`, 'm'));
  });
});
