/** What production is compiled from: nothing that only tests use is in a dist, and so in no image. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { root } from './stack/config.ts';

const projects = ['apps', 'libs'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.lib.json'))),
);

const testOnly = /\.spec\.|\.fixture\.|\/testing\//;

describe('production code', () => {
  test.each(projects)('of %s is compiled without specs, fixtures and what stands in testing', (folder) => {
    const path = join(root, folder, 'tsconfig.lib.json');
    const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown };
    const { fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, folder));
    const files = fileNames.map((file) => relative(join(root, folder), file));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => testOnly.test(`/${file}`))).toEqual([]);
  });
});
