import { expect, test } from '@jest/globals';
import { recordLink } from './record-link.ts';

const ORGANIZATION = 'https://contoso.crm4.dynamics.com';
const CRM_ID = '4f2a0c1e-0000-4000-8000-00000000abcd';
const FORM = `main.aspx?etn=lead&id=${CRM_ID}&pagetype=entityrecord`;

test('a record is found at its organisation, or below the given base where there is one', () => {
  expect(recordLink(`${ORGANIZATION}/`, CRM_ID, undefined)).toBe(`${ORGANIZATION}/${FORM}`);
  const link = `http://127.0.0.1:4010/org/contoso.crm4.dynamics.com/${FORM}`;
  expect(recordLink(ORGANIZATION, CRM_ID, 'http://127.0.0.1:4010/org')).toBe(link);
  expect(recordLink(`${ORGANIZATION}/`, CRM_ID, 'http://127.0.0.1:4010/org/')).toBe(link);
});
