/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkWords, KNOWN_CHECKS } from './check-words.ts';
import { addressOf, remedyOf } from './remedies.ts';

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
    expect(documentedChecks().filter((check) => !KNOWN_CHECKS.includes(check))).toEqual([]);
  });

  test.each([...KNOWN_CHECKS])('%s says what to do, with somewhere to go', (check) => {
    const remedy = remedyOf(check);
    expect(remedy?.steps.length).toBeGreaterThan(1);
    expect(remedy?.links.length).toBeGreaterThan(0);
    expect(checkWords(check).looksAt).toMatch(/\?$/);
  });

  test('that names a privilege says which circle to click, and how often', () => {
    const circles = KNOWN_CHECKS.filter((check) => /^privilege-.*(?:UISettings|AsyncOperation)$/.test(check));
    expect(circles).toHaveLength(6);
    for (const check of circles) {
      const steps = remedyOf(check)?.steps.join(' ') ?? '';
      expect(steps).toMatch(check.endsWith('UISettings') ? /once: User/ : /four times: Organization/);
    }
  });
});

test('a check that is not known yet is called by its name and has no steps of ours', () => {
  expect(checkWords('quantum-lock').title).toBe('Quantum lock');
  expect(checkWords('privilege-prvReadNote').title).toBe('Privilege ReadNote');
  expect(remedyOf('quantum-lock')).toBeUndefined();
  expect(remedyOf('constructor')).toBeUndefined();
});

test('Dynamics is the instance of the connection', () => {
  const instance = 'https://contoso.crm4.dynamics.com';
  expect(addressOf({ text: 'x', to: 'dynamics' }, instance)).toBe(instance);
  expect(addressOf({ text: 'x', to: 'details' }, instance)).toBeUndefined();
});
