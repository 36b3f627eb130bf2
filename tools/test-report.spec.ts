import { describe, expect, test } from '@jest/globals';
import { parseReport, type SpecResult, toTryAgain } from './test-report.ts';

const passed = { status: 'passed', fullName: 'a lead is written', failureMessages: [] };
const failed = { status: 'failed', fullName: 'a lead is told', failureMessages: ['Expected 1\nReceived 2'] };

const report = (...testResults: object[]): string => JSON.stringify({ testResults });
const file = (name: string, ...assertionResults: object[]): object => ({
  name: `/top/${name}`,
  status: assertionResults.includes(failed) ? 'failed' : 'passed',
  message: '',
  assertionResults,
});
const spec = (path: string, failures: number): SpecResult => ({
  path,
  passed: 1,
  failed: failures,
  faults: [],
});

describe('a report of Jest', () => {
  test('tells what passed and failed in each file, and why', () => {
    const text = report(file('a.int.spec.ts', passed, failed), file('b.int.spec.ts', passed));
    expect(parseReport(text, 'report.json', '/top')).toEqual([
      {
        path: 'a.int.spec.ts',
        passed: 1,
        failed: 1,
        faults: ['a.int.spec.ts a lead is told\nExpected 1\nReceived 2'],
      },
      { path: 'b.int.spec.ts', passed: 1, failed: 0, faults: [] },
    ]);
  });

  test('counts a file that fell over as a whole', () => {
    const text = report({
      name: '/top/a.spec.ts',
      status: 'failed',
      message: 'no such module',
      assertionResults: [],
    });
    expect(parseReport(text, 'report.json', '/top')).toMatchObject([
      { path: 'a.spec.ts', failed: 1, faults: [expect.stringContaining('no such module')] },
    ]);
  });

  test.each(['', '{"testRes'])('that is not whole (%j) is a failure', (text) => {
    expect(parseReport(text, 'report.json', '/top')).toMatchObject([{ passed: 0, failed: 1 }]);
  });
});

describe('a second try', () => {
  test('is for the files that failed, where they are three at most', () => {
    const results = [spec('a.spec.ts', 2), spec('b.spec.ts', 0), spec('c.spec.ts', 1), spec('d.spec.ts', 1)];
    expect(toTryAgain(results).map(({ path }) => path)).toEqual(['a.spec.ts', 'c.spec.ts', 'd.spec.ts']);
  });

  test('is not made where more than that failed', () => {
    expect(toTryAgain(['a', 'b', 'c', 'd'].map((name) => spec(`${name}.spec.ts`, 1)))).toEqual([]);
  });

  test('is not made where Jest itself fell over', () => {
    expect(toTryAgain([spec('libs/x/.jest-int.json', 1)])).toEqual([]);
  });
});
