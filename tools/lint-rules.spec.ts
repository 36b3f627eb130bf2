/** Every border rule of eslint.config.mjs, broken once: a rule that cannot fail guards nothing. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

interface Breach {
  readonly name: string;
  /** Where the code would stand. */
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const breaches: readonly Breach[] = [
  {
    name: 'an app imports another app',
    file: 'apps/notification/src/breach.ts',
    code: `import { config } from '../../credentials/src/config.ts';\nexport const settings = config;\n`,
    rule: '@nx/enforce-module-boundaries',
  },
  {
    name: 'the emulators import a library of ours',
    file: 'apps/emulators/src/breach.ts',
    code: `import { topics } from '@leads/contracts';\nexport const known = topics;\n`,
    rule: '@nx/enforce-module-boundaries',
  },
  {
    name: 'a library imports one that stands above it',
    file: 'libs/contracts/src/breach.ts',
    code: `import { startService } from '@leads/service';\nexport const start = startService;\n`,
    rule: '@nx/enforce-module-boundaries',
  },
  {
    name: 'a service talks to the broker past libs/kafka',
    file: 'apps/notification/src/breach.ts',
    code: `import { Kafka } from 'kafkajs';\nexport const kafka = new Kafka({ brokers: [] });\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'the environment is read outside config.ts',
    file: 'apps/notification/src/breach.ts',
    code: `export const level = process.env['LOG_LEVEL'];\n`,
    rule: 'no-restricted-properties',
  },
  {
    name: 'a promise is left floating',
    file: 'libs/kafka/src/breach.ts',
    code: `export function publish(send: () => Promise<void>): void {\n  send();\n}\n`,
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    name: 'a promise is left floating behind void',
    file: 'libs/kafka/src/breach.ts',
    code: `export function publish(send: () => Promise<void>): void {\n  void send();\n}\n`,
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    name: 'an exported signature has an any',
    file: 'libs/contracts/src/breach.ts',
    code: `export function read(body: any): string {\n  return String(body);\n}\n`,
    rule: '@typescript-eslint/no-explicit-any',
  },
];

/** Lints texts as if they stood in files; one process for all, since loading the rules takes seconds. */
const lint = `
  import { ESLint } from 'eslint';
  import { createProjectGraphAsync } from '@nx/devkit';
  import config from './eslint.config.mjs';
  // The border rule reads the cached graph of the projects.
  await createProjectGraphAsync();
  const breaches = JSON.parse(process.argv[1]);
  const virtual = { allowDefaultProject: [...new Set(breaches.map(({ file }) => file))] };
  const eslint = new ESLint({
    overrideConfigFile: true,
    baseConfig: config,
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: virtual } } },
  });
  const found = [];
  for (const { file, code } of breaches) {
    const [{ messages }] = await eslint.lintText(code, { filePath: file });
    found.push(messages.map(({ ruleId, message }) => ruleId ?? message));
  }
  console.log(JSON.stringify(found));
`;

describe('the border rules bite where', () => {
  let found: string[][];

  beforeAll(async () => {
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '--eval', lint, JSON.stringify(breaches)],
      { cwd: root },
    );
    found = JSON.parse(stdout) as string[][];
  }, 60_000);

  test.each(breaches.map((breach, index) => ({ ...breach, index })))('$name', ({ rule, index }) => {
    expect(found[index]).toContain(rule);
  });
});
