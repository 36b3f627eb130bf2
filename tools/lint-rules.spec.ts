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
    code: `import { settings } from '../../credentials/src/config.ts';\nexport const known = settings;\n`,
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
    name: 'the delivery engine imports a writer',
    file: 'libs/delivery/src/breach.ts',
    code: `import { settings } from '../../../apps/dynamics-writer/src/config.ts';\nexport const known = settings;\n`,
    rule: '@nx/enforce-module-boundaries',
  },
  {
    name: 'a service talks to the broker past libs/kafka',
    file: 'apps/notification/src/breach.ts',
    code: `import { Kafka } from 'kafkajs';\nexport const kafka = new Kafka({ brokers: [] });\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a piece of the console knows who is signed in',
    file: 'apps/portal-web/src/pieces/breach.ts',
    code: `import { useSession } from '../session/use-session.ts';\nexport const session = useSession;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: "the console's list of leads imports the offers, which link to it",
    file: 'apps/portal-web/src/leads/breach.ts',
    code: `import { versionsQuery } from '../offers/offer-queries.ts';\nexport const query = versionsQuery;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a folder inside a room of the console imports the room that lists it',
    file: 'apps/portal-web/src/offers/details/breach.ts',
    code: `import { router } from '../../routes.tsx';\nexport const known = router;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a room of the console that is not listed imports another',
    file: 'apps/portal-web/src/new-room/breach.ts',
    code: `import { keys } from '../api/keys.ts';\nexport const known = keys;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: "the portal's ledger imports a room that reads it",
    file: 'apps/portal/src/ledger/breach.ts',
    code: `import { findLeads } from '../leads/find-leads.ts';\nexport const find = findLeads;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a room of the portal imports the module that lists it',
    file: 'apps/portal/src/leads/breach.ts',
    code: `import { AppModule } from '../app.module.ts';\nexport const known = AppModule;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a room of the portal that is not listed imports another',
    file: 'apps/portal/src/new-room/breach.ts',
    code: `import { Door } from '../access/door.ts';\nexport const door = Door;\n`,
    rule: 'no-restricted-imports',
  },
  {
    name: 'a test knows Contoso by a copy of its directory id',
    file: 'apps/credentials/src/breach.spec.ts',
    code: `export const directoryId = '12345678-8AF1-4a5f-8234-12234d01db47';\n`,
    rule: 'no-restricted-syntax',
  },
  {
    name: 'the emulators are started past the test kit',
    file: 'apps/dynamics-writer/src/testing/breach.ts',
    code: `export const environment = { EMULATORS_HTTP_PORT: '0' };\n`,
    rule: 'no-restricted-syntax',
  },
  {
    name: 'a test watches a topic past the test kit',
    file: 'apps/dynamics-writer/src/breach.int.spec.ts',
    code: `import { OnTopic } from '@leads/kafka';\nexport const on = OnTopic;\n`,
    rule: 'no-restricted-syntax',
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
    name: 'files import each other in a circle',
    // What it imports imports it, as it lies there.
    file: 'libs/pacing/src/doorbell.ts',
    code: `import { Rounds } from './rounds.ts';\nexport class Doorbell extends Rounds {}\n`,
    rule: 'import-x/no-cycle',
  },
  {
    name: 'a name hides another of the same spelling',
    file: 'libs/kafka/src/breach.ts',
    code: `export function count(one: number): number {\n  return [one].map((one) => one + 1).length;\n}\n`,
    rule: '@typescript-eslint/no-shadow',
  },
  {
    name: 'an exported signature has an any',
    file: 'libs/contracts/src/breach.ts',
    code: `export function read(body: any): string {\n  return String(body);\n}\n`,
    rule: '@typescript-eslint/no-explicit-any',
  },
  {
    name: 'a plain object is asked by a name from outside',
    file: 'apps/notification/src/breach.ts',
    code: `export const find = (record: Record<string, number>, name: string): unknown => record[name];\n`,
    rule: 'leads/own-properties',
  },
  {
    name: 'a name from outside is taken out of a plain object',
    file: 'apps/notification/src/breach.ts',
    code: `export function find(record: Record<string, number>, name: string): unknown {\n  const { [name]: found } = record;\n  return found;\n}\n`,
    rule: 'leads/own-properties',
  },
  {
    name: 'it is asked whether a plain object has a name from outside',
    file: 'apps/notification/src/breach.ts',
    code: `export const has = (record: object, name: string): boolean => name in record;\n`,
    rule: 'leads/own-properties',
  },
  {
    name: 'a name from outside is claimed to be one that is known',
    file: 'apps/notification/src/breach.ts',
    code: `const known = { a: 1 };\nexport const find = (name: string): unknown => known[name as keyof typeof known];\n`,
    rule: 'leads/own-properties',
  },
  {
    name: 'a lock is taken that every role may hold',
    file: 'apps/notification/src/breach.ts',
    code: `export const statement = 'select pg_try_advisory_xact_lock(1)';\n`,
    rule: 'no-restricted-syntax',
  },
  {
    name: 'a lock that every role may hold is taken in a template',
    file: 'libs/database/src/breach.ts',
    code: 'export const lock = (key: number): string => `select pg_advisory_lock(${key})`;\n',
    rule: 'no-restricted-syntax',
  },
];

/** Lints texts as if they stood in files; one process for all, since loading the rules takes seconds. */
const lint = `
  import { existsSync } from 'node:fs';
  import { ESLint } from 'eslint';
  import { createProjectGraphAsync } from '@nx/devkit';
  import config from './eslint.config.mjs';
  // The border rule reads the cached graph of the projects.
  await createProjectGraphAsync();
  const breaches = JSON.parse(process.argv[1]);
  const virtual = {
    allowDefaultProject: [...new Set(breaches.map(({ file }) => file))].filter((file) => !existsSync(file)),
    maximumDefaultProjectFileMatchCount_THIS_WILL_SLOW_DOWN_LINTING: breaches.length,
  };
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
  }, 120_000);

  test.each(breaches.map((breach, index) => ({ ...breach, index })))('$name', ({ rule, index }) => {
    expect(found[index]).toContain(rule);
  });
});
