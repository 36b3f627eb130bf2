/** What comes from others, held to `supply-chain.json`; and nothing of ours leaves with a secret in it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { askForAdvisories } from './advisories.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}
interface Policy {
  readonly licences: {
    readonly everywhere: readonly string[];
    /** Of what builds and tests, and is in no image of ours. */
    readonly whileBuilding: readonly string[];
    readonly notSaidInTheLockFile: Readonly<Record<string, string>>;
  };
  readonly advisories: {
    readonly from: string;
    /** By id, why it is none of ours. */
    readonly accepted: Readonly<Record<string, string>>;
  };
  readonly installScripts: readonly string[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const { licences, advisories, installScripts } = read(
  join(import.meta.dirname, 'supply-chain.json'),
) as Policy;
const { packages } = read(join(root, 'package-lock.json')) as { packages: Record<string, LockedPackage> };

/** Packages of others, by their names. */
const foreign = Object.entries(packages)
  .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  .map(([path, locked]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 13), ...locked }));

describe('every package of others', () => {
  test('is locked to its content, and the lock file names no host that it came from', () => {
    expect(foreign.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(foreign.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  test('has a licence that is allowed where it is used', () => {
    const refused = foreign.filter(
      ({ name, license = licences.notSaidInTheLockFile[name] ?? 'none', dev }) => {
        const allowed =
          dev === true ? [...licences.everywhere, ...licences.whileBuilding] : licences.everywhere;
        return !allowed.includes(license);
      },
    );
    expect(refused.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });

  test('runs a program when it is installed only if it is known to', () => {
    const isKnown = (name: string): boolean =>
      installScripts.some((known) =>
        known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known,
      );
    expect(
      foreign.filter((one) => one.hasInstallScript && !isKnown(one.name)).map(({ name }) => name),
    ).toEqual([]);
  });
});

test('no weakness of a package that runs in production is known and not accepted, where anybody says', async () => {
  const audit = await askForAdvisories(root);
  if (audit.kind === 'unanswered') {
    console.warn(`Nobody said whether the packages have known weaknesses: ${audit.why}`);
    return;
  }
  expect(audit.advisories.filter(({ id }) => !Object.hasOwn(advisories.accepted, id))).toEqual([]);
}, 90_000);

describe('a secret', () => {
  const scan = (patterns: string[], ...options: string[]): Promise<unknown> =>
    run(
      process.execPath,
      [
        join(root, 'node_modules', 'secretlint', 'bin', 'secretlint.js'),
        '--secretlintrc',
        join(root, '.secretlintrc.json'),
        ...options,
        ...patterns,
      ],
      { cwd: root, maxBuffer: 2 ** 24 },
    );

  test('is in no file of this repository', async () => {
    await scan(['**/*', '**/.*', '.*/**']);
  }, 60_000);

  test('would be found, and is not repeated', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leads-secret-'));
    try {
      const token = ['npm', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_');
      writeFileSync(join(folder, 'settings.ts'), `export const token = '${token}';\n`);
      const said = await scan([join(folder, '*')], '--no-gitignore').then(String, ({ stdout }) =>
        String(stdout),
      );
      expect(said).toContain('npm access token');
      expect(said).not.toContain(token);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
