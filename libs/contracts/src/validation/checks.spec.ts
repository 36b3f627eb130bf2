import { describe, expect, test } from '@jest/globals';
import { SUMS, VALIDATE } from './check-names.ts';
import { CHECK_NAMES, CHECKS, findCheck, guideSteps } from './checks.ts';
import { inWords, setPrivileges, stepsOf } from './instructions.ts';
import { addressOf, type PageName, PAGES } from './pages.ts';
import { GUIDE_PRIVILEGES, LEAD_WRITER_ROLE } from './privileges.ts';

const kinds = ['client-secret', 'certificate', 'password'] as const;

describe('every check', () => {
  test.each(CHECK_NAMES)('%s asks a question, and says what to do and where', (name) => {
    const { title, looksAt, remedy } = CHECKS[name];
    expect(title).not.toBe('');
    expect(looksAt).toMatch(/\?$/);
    expect(stepsOf(remedy).length).toBeGreaterThan(1);
    for (const sentence of stepsOf(remedy)) expect(sentence).toMatch(/[.?)]$/);
  });

  test('is no frame and no sum', () => {
    for (const name of [VALIDATE, ...SUMS]) expect(findCheck(name)).toBeUndefined();
  });

  test('of a privilege is one of the guide’s, and says the cell', () => {
    const privileges = CHECK_NAMES.filter((name) => name.startsWith('privilege-'));
    expect(privileges).toEqual(GUIDE_PRIVILEGES.map(({ privilege }) => `privilege-${privilege}`));
    const words = inWords(CHECKS['privilege-prvAppendToAsyncOperation'].remedy);
    expect(words).toContain('Find System Job, and set Append To to Organization.');
    expect(words).toContain('under Append To four times');
  });

  test.each(kinds)('with a %s belongs to one step at most, and each step needs some of its own', (kind) => {
    const steps = guideSteps(kind);
    const names = steps.flatMap(({ checks }) => checks);
    expect(new Set(names).size).toBe(names.length);
    for (const { needs, checks } of steps) {
      expect(needs.length).toBeGreaterThan(0);
      expect(checks).toEqual(expect.arrayContaining([...needs]));
    }
  });

  test('belongs to a step with some way of signing in', () => {
    const told = new Set(kinds.flatMap((kind) => guideSteps(kind).flatMap(({ checks }) => checks)));
    expect(CHECK_NAMES.filter((name) => !told.has(name))).toEqual([]);
  });
});

test('a step is not done without the secret that the connection has, and no other', () => {
  const needed = (kind: (typeof kinds)[number]): readonly string[] => guideSteps(kind)[0]?.needs ?? [];
  expect(needed('client-secret')).toEqual(['application', 'client-secret']);
  expect(needed('certificate')).toEqual(['application', 'certificate']);
  expect(needed('password')).toEqual(['user', 'password']);
});

test('a name that is not known here has no entry, whatever objects inherit', () => {
  expect(findCheck('quantum-lock')).toBeUndefined();
  expect(findCheck('constructor')).toBeUndefined();
});

test('the privileges that are set by hand are told in one go', () => {
  const words = inWords([setPrivileges()]);
  expect(words).toContain(LEAD_WRITER_ROLE);
  expect(words).toContain('Find User Entity UI Settings, and set Create, Read and Write to User.');
  expect(words).toContain('Find System Job, and set Read, Write and Append To to Organization.');
});

test('a page of Microsoft has an address, Dynamics is the instance, and the rest is the console’s own', () => {
  const instance = 'https://contoso.crm4.dynamics.com';
  const own = (Object.keys(PAGES) as PageName[]).filter((page) => addressOf(page, instance) === undefined);
  expect(own).toEqual(['connection-details']);
  expect(addressOf('dynamics', instance)).toBe(instance);
  expect(addressOf('azure', instance)).toMatch(/^https:\/\//);
});
