import { describe, expect, test } from '@jest/globals';
import type { MarketplaceLead } from '@leads/contracts';
import { beginningText, flat, LEAD_FIELDS, leadOf, seemingly, whyWords } from './kept-post-words.ts';

const ANA: MarketplaceLead = {
  customer: {
    ...{ firstName: 'Ana', lastName: '', email: 'a@b.example', phone: '1', country: 'MX' },
    ...{ company: 'Adatum', title: 'Owner' },
  },
  ...{ leadSource: 'X', actionCode: 'INS', offerTitle: 'Y', description: 'Z' },
};

test('a form has every field of a lead, and makes the same lead of it', () => {
  expect(LEAD_FIELDS.map(([name]) => name).sort()).toEqual(Object.keys(flat(ANA)).sort());
  expect(leadOf(flat(ANA))).toEqual(ANA);
});

test('a post is called by whoever it seems to be about', () => {
  const nobody = { ...ANA, customer: { ...ANA.customer, firstName: '', email: '', company: '', phone: '' } };
  expect([ANA, nobody].map(seemingly)).toEqual(['Ana', 'Nobody named']);
});

test('why it was kept is said, of what was kept before that was told too', () => {
  expect(whyWords('not-readable')).toMatch(/JSON/);
  expect(whyWords(undefined)).toMatch(/No lead was recognised/);
});

describe('the text of a correction begins with', () => {
  test('the body, laid out', () => expect(beginningText('{"a":1}', ANA)).toBe('{\n  "a": 1\n}'));
  test('what was found, where the body is broken', () => {
    expect(JSON.parse(beginningText('{"a":', ANA))).toMatchObject({ userDetails: { firstName: 'Ana' } });
  });
});
