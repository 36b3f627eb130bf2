/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CHECK_NAMES } from '@leads/contracts/validation';
import { checkWords } from './check-words.ts';
import { remedyOf } from './remedies.ts';

const instance = 'https://contoso.crm4.dynamics.com';

/** The checks as the table in the documentation of credentials names them. */
function documentedChecks(): string[] {
  const text = readFileSync(new URL('../../../../docs/credentials.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  // The head of the table, and what is no check but frames or sums up.
  const others = ['check', 'validate', 'credentials'];
  return rows
    .flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name ?? ''),
    )
    .filter((name) => !others.includes(name));
}

describe('every check', () => {
  test('of the documentation has words and a remedy here', () => {
    expect(documentedChecks().length).toBeGreaterThan(10);
    expect(documentedChecks().filter((check) => !CHECK_NAMES.some((name) => name === check))).toEqual([]);
  });

  test.each([...CHECK_NAMES])('%s says what to do, with somewhere to go', (check) => {
    const remedy = remedyOf(check, instance);
    expect(remedy?.steps.length).toBeGreaterThan(1);
    expect(remedy?.links.length).toBeGreaterThan(0);
    expect(checkWords(check).looksAt).toMatch(/\?$/);
  });

  test('that names a privilege says which circle to click, and how often', () => {
    const circles = CHECK_NAMES.filter((check) => /^privilege-.*(?:UISettings|AsyncOperation)$/.test(check));
    expect(circles).toHaveLength(6);
    for (const check of circles) {
      const steps = remedyOf(check, instance)?.steps.join(' ') ?? '';
      expect(steps).toMatch(check.endsWith('UISettings') ? /once: User/ : /four times: Organization/);
    }
  });
});

test('a check that is not known yet is called by its name and has no steps of ours', () => {
  expect(checkWords('quantum-lock').title).toBe('Quantum lock');
  expect(checkWords('privilege-prvReadNote').title).toBe('Privilege ReadNote');
  expect(remedyOf('quantum-lock', instance)).toBeUndefined();
  expect(remedyOf('constructor', instance)).toBeUndefined();
});

test('each page that a remedy needs is opened once: Dynamics is the instance, the details are here', () => {
  expect(remedyOf('organization', instance)?.links).toEqual([
    { page: 'dynamics', text: 'Open Dynamics 365', href: instance },
    { page: 'connection-details', text: 'Open Connection details', href: undefined },
    { page: 'azure', text: 'Open Azure portal', href: 'https://portal.azure.com' },
  ]);
});
