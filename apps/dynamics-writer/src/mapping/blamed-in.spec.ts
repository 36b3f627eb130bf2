import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blamedIn } from './blamed-in.ts';

const ID = '0195b7a6-1111-4222-8333-444455556666';
const record = {
  leadid: '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b',
  subject: 'Contoso',
  leadsourcecode: 8,
  new_tier: 9,
  overriddencreatedon: '2026-11-25T17:03:00.000Z',
  'new_Campaign@odata.bind': `/campaigns(${ID})`,
};
const reference = `/campaigns(${ID})`;

describe('a refusal', () => {
  test.each([
    [
      '0x8004f502',
      'User does not have Create permissions for the leadsourcecode attribute in the lead entity',
      [{ name: 'leadsourcecode', why: 'secured' }],
    ],
    [
      '0x80040217',
      `Entity 'campaign' With Id = ${ID.toUpperCase()} Does Not Exist`,
      [{ name: 'new_Campaign@odata.bind', value: reference, why: 'missing-record' }],
    ],
    [
      '0x80048d19',
      "An undeclared property 'new_Campaign' which only has property annotations in the payload",
      [{ name: 'new_Campaign@odata.bind', why: 'unknown' }],
    ],
    [
      '0x8004431A',
      "The value 9 of 'new_tier' on record of type 'lead' is outside the valid range.",
      [{ name: 'new_tier', value: 9, why: 'value' }],
    ],
    [
      '0x80040220',
      "is missing prvAppendToCampaign privilege (Id=1) for entity 'campaign'",
      [{ name: 'new_Campaign@odata.bind', why: 'not-permitted' }],
    ],
    [
      '0x80040220',
      'is missing prvOverrideCreatedOnCreatedBy privilege',
      [{ name: 'overriddencreatedon', why: 'not-permitted' }],
    ],
    ['0x80040220', "is missing prvCreateLead privilege for entity 'lead'", []],
    ['0x80040220', "is missing prvReadnew_segment privilege for entity 'new_segment'", []],
    ['0x80040265', "A plug-in dislikes 'subject'", []],
    ['0x80040217', `Entity 'account' With Id = ${record.leadid} Does Not Exist`, []],
  ])('%s "%s" is about what it names of the record', (code, text, blamed) => {
    expect(blamedIn(record, { code, text })).toEqual(blamed);
  });

  test('of whatever text is about columns of the record, and never about its identity', () => {
    const code = fc.constantFrom(
      '0x80048d19',
      '0x8004f502',
      '0x80040217',
      '0x80040220',
      '0x8004431a',
      'other',
    );
    const text = fc
      .array(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(record), "'", 'prvAppendLead')))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(code, text, (said, words) => {
        for (const { name } of blamedIn(record, { code: said, text: words })) {
          expect(record).toHaveProperty([name]);
          expect(name).not.toBe('leadid');
        }
      }),
    );
  });
});
