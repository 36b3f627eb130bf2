import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICES } from '@leads/contracts';
import { root } from '../stack/config.ts';
import { keepProductionOnly } from './production-manifests.ts';

interface Lock {
  packages: Record<
    string,
    { dependencies?: Record<string, string>; devDependencies?: unknown; resolved?: string }
  >;
}

/** Folders that the engine is not given, though the lock file is about them. */
const leftOut = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => /^\w+$/.test(line));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leads-manifests-'));
  const { stdout } = await promisify(execFile)('git', ['ls-files', '*package.json', 'package-lock.json'], {
    cwd: root,
  });
  for (const file of stdout.trim().split('\n')) {
    if (leftOut.some((path) => file.startsWith(`${path}/`))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  keepProductionOnly(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = <Content>(path: string): Content =>
  JSON.parse(readFileSync(join(folder, path), 'utf8')) as Content;

test.each(SERVICES)('the image of %s has nothing of what stands in for the world, or tests', (service) => {
  const { packages } = read<Lock>('package-lock.json');
  const reached = new Set<string>();
  const reach = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const { dependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys(dependencies)) {
      const link = packages[`node_modules/${name}`]?.resolved;
      if (name.startsWith('@leads/') && link !== undefined) reach(link);
    }
  };
  reach(`apps/${service}`);
  expect([...reached]).toEqual(expect.arrayContaining(['libs/contracts', 'libs/database', 'libs/service']));
  expect([...reached].filter((path) => /emulators|testing|tools|e2e|bench/.test(path))).toEqual([]);
});

test('nothing for development is left to install, and what is for production is as it was', () => {
  const before = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const { packages } = read<Lock>('package-lock.json');
  const workspaces = Object.keys(packages).filter((path) => !path.includes('node_modules/'));
  expect(workspaces.length).toBeGreaterThan(10);
  expect(workspaces).toEqual(expect.arrayContaining(['bench']));
  for (const path of workspaces.filter((one) => !leftOut.includes(one))) {
    expect(packages[path]).toEqual({ ...before.packages[path], devDependencies: undefined });
    expect(read<object>(join(path, 'package.json'))).not.toHaveProperty('devDependencies');
  }
});

test('an image is installed from what is left', () => {
  const [, assembled = ''] =
    /AS assembled\n(.*?)\nFROM /s.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect(assembled).toMatch(/node \S*production-manifests\.ts[^]*npm ci --omit=dev/);
});
