import { expect, test } from '@jest/globals';
import { recordLink } from './record-link.ts';

const ORGANIZATION = 'https://contoso.crm4.dynamics.com';
const CRM_ID = '4f2a0c1e-0000-4000-8000-00000000abcd';
const FORM = `main.aspx?etn=lead&id=${CRM_ID}&pagetype=entityrecord`;

const FORGED = [
  'https://evil.example',
  'https://contoso.crm4.dynamics.com.evil.example',
  'javascript:alert(1)',
  'x',
];

/** The link of a record that says it is in an organisation, for a connection with the given URL. */
const linkTo = (organization: string, connectionUrl: string | null, linkBase?: string): string | undefined =>
  recordLink({ organization, crmId: CRM_ID }, connectionUrl, linkBase);

test('a record is found at its organisation, or below the given base where there is one', () => {
  expect(linkTo(`${ORGANIZATION}/`, ORGANIZATION)).toBe(`${ORGANIZATION}/${FORM}`);
  const link = `http://127.0.0.1:4010/org/contoso.crm4.dynamics.com/${FORM}`;
  expect(linkTo(ORGANIZATION, `${ORGANIZATION}/`, 'http://127.0.0.1:4010/org')).toBe(link);
  expect(linkTo(`${ORGANIZATION}/`, ORGANIZATION, 'http://127.0.0.1:4010/org/')).toBe(link);
});

test.each([...FORGED, 'https://somebody.crm4.dynamics.com', 'http://contoso.crm4.dynamics.com'])(
  'no link leads to another organisation than the connection’s: %s',
  (organization) => {
    expect(linkTo(organization, ORGANIZATION)).toBeUndefined();
    expect(linkTo(organization, ORGANIZATION, 'http://127.0.0.1:4010/org')).toBeUndefined();
  },
);

test('where the connection’s URL is not known a link leads to hosts of Dynamics 365 alone', () => {
  expect(linkTo(ORGANIZATION, null)).toBe(`${ORGANIZATION}/${FORM}`);
  for (const organization of FORGED) expect(linkTo(organization, null)).toBeUndefined();
});

test('a connection whose URL is of a region of its own is followed', () => {
  const organization = 'https://contoso.crm99.dynamics.com';
  expect(linkTo(organization, organization)).toBe(`${organization}/${FORM}`);
});
