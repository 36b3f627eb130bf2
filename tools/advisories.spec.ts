import { expect, test } from '@jest/globals';
import { readAudit } from './advisories.ts';

const undici = {
  ...{ source: 1112496, name: 'undici', dependency: 'undici', range: '<6.21.1', severity: 'high' },
  ...{ title: 'Insufficiently random values', url: 'https://github.com/advisories/GHSA-c76h-2ccp-4975' },
};

test('an advisory is told once, by the package that it is about', () => {
  const report = {
    auditReportVersion: 2,
    vulnerabilities: {
      undici: { name: 'undici', severity: 'high', via: [undici], effects: ['testing'] },
      testing: { name: 'testing', severity: 'high', via: ['undici', undici], effects: [] },
    },
    metadata: {},
  };
  expect(readAudit(JSON.stringify(report))).toEqual({
    kind: 'answered',
    advisories: [
      { id: 'GHSA-c76h-2ccp-4975', name: 'undici', severity: 'high', title: 'Insufficiently random values' },
    ],
  });
});

test('a report without any is an answer', () => {
  expect(readAudit('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({
    kind: 'answered',
    advisories: [],
  });
});

test.each([
  [
    '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security',
    '405 Method Not Allowed - POST …',
  ],
  ['request to https://registry.example failed', 'request to … failed'],
])('a registry that does not answer says nothing of weaknesses: %s', (message, why) => {
  expect(readAudit(JSON.stringify({ message, error: { summary: '' } }))).toEqual({ kind: 'unanswered', why });
});

test.each(['', '<html>', 'null'])('what is no report is no answer: %j', (report) => {
  expect(readAudit(report)).toMatchObject({ kind: 'unanswered' });
});
