import { describe, expect, test } from '@jest/globals';
import { CHECK_NAMES, LEAD_WRITER_ROLE, LEAD_WRITER_SOLUTION } from '@leads/contracts/validation';
import { stepsFor } from './set-up-steps.ts';

const url = 'https://contoso.crm4.dynamics.com';
const application = { authentication: 'azure-active-directory', url, secretKind: 'client-secret' } as const;
const byApplication = stepsFor({ ...application, applicationId: 'an-id' });
const byCertificate = stepsFor({ ...application, secretKind: 'certificate' });
const byUser = stepsFor({
  authentication: 'office-365',
  url,
  secretKind: 'password',
  userName: 'leads@contoso.example',
});
const both = [
  ['an application', byApplication],
  ['a user', byUser],
] as const;
const valuesOf = (steps: typeof byUser): string[] =>
  steps.flatMap(({ values }) => values.map(({ value }) => value));

describe('the steps of the guided set-up', () => {
  test('have a place for every check that there is', () => {
    const covered = [...byApplication, ...byCertificate, ...byUser].flatMap(({ checks }) => checks);
    expect(CHECK_NAMES.filter((check) => !covered.includes(check))).toEqual([]);
  });

  test.each(both)('with %s, no check belongs to two steps', (_, steps) => {
    const checks = steps.flatMap((step) => step.checks);
    expect(new Set(checks).size).toBe(checks.length);
  });

  test.each(both)('with %s, each step needs some of its own checks to be done', (_, steps) => {
    for (const { needs, checks } of steps) {
      expect(needs.length).toBeGreaterThan(0);
      expect(checks).toEqual(expect.arrayContaining([...needs]));
    }
  });

  test('need the certificate where the connection has one', () => {
    expect(byCertificate[0]?.needs).toContain('certificate');
  });

  test('say how to prove who the application is: a certificate first, where there can be one', () => {
    expect(byCertificate[0]?.title).toContain('certificate');
    expect(JSON.stringify(byCertificate[0]?.parts)).not.toContain('client secret');
    expect(byApplication[0]?.beware).toMatch(/^A certificate is the better proof/);
    const ways = byApplication[0]?.parts.map(({ path }) => path.at(-1));
    expect(ways).toEqual(['New registration', 'Upload certificate', 'New client secret']);
    expect(byApplication[0]?.title).toMatch(/a certificate or a secret/);
  });

  test('speak of no secret where the application proves itself by its certificate, but to say where older guides differ', () => {
    for (const { title, why, parts, afterwards, beware } of byCertificate.slice(0, 2))
      expect(JSON.stringify([title, why, parts.map(({ clicks }) => clicks), afterwards, beware])).not.toMatch(
        /secret/i,
      );
    expect(JSON.stringify(byCertificate[1])).toMatch(/private key/);
    expect(JSON.stringify(byApplication[1])).toMatch(/the secret’s Value of step 1/);
  });

  test('bring the values that have to be entered elsewhere', () => {
    expect(valuesOf(byApplication)).toEqual(
      expect.arrayContaining(['an-id', url, LEAD_WRITER_ROLE, LEAD_WRITER_SOLUTION]),
    );
    expect(valuesOf(byUser)).toEqual(
      expect.arrayContaining(['leads@contoso.example', url, LEAD_WRITER_ROLE, LEAD_WRITER_SOLUTION]),
    );
  });

  test('are fewer with a user, and none of them is about an application', () => {
    expect(byUser.length).toBeLessThan(byApplication.length);
    const clicks = byUser.flatMap(({ parts }) => parts.flatMap((part) => part.clicks));
    expect(clicks.filter((click) => /application/i.test(click))).toEqual([]);
  });

  test.each(both)('with %s, a step that another one refers to by its number is that one', (_, steps) => {
    const numberOf = (name: string): number => steps.findIndex((step) => step.name === name) + 1;
    expect([numberOf('register'), numberOf('solution')]).toEqual([1, 3]);
    const assign = steps.find(({ name }) => name === 'role')?.parts[0]?.clicks[0];
    expect(assign).toContain(`step ${numberOf('user') || numberOf('register')},`);
  });
});
