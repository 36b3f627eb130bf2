import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classOfText, namedIn, sameWords, type TextClass } from './refusal-text.ts';

const ID = '5f3c9c1e-0000-4000-8000-1234567890ab';

describe('what a refusal names', () => {
  it.each([
    [
      `Principal user (Id=${ID}, type=8, roleCount=1, privilegeCount=12) is missing prvReadnew_segment privilege (Id=${ID}) on OTC=10025 for entity 'new_segment' (LocalizedName='Segment').`,
      {
        privilege: { name: 'prvReadnew_segment', access: 'Read', table: 'new_segment' },
        table: 'new_segment',
      },
    ],
    [
      'is missing prvAppendToCampaign privilege',
      {
        privilege: { name: 'prvAppendToCampaign', access: 'Append To', table: 'campaign' },
        table: 'campaign',
      },
    ],
    [
      "The length of the 'subject' attribute of the 'lead' entity exceeded the maximum allowed length of '200'.",
      { column: 'subject', table: 'lead' },
    ],
    [
      "The value '999' of 'leadsourcecode' on record of type 'lead' is outside the valid range.",
      { column: 'leadsourcecode' },
    ],
    ["An undeclared property 'new_campaign' which only has property annotations", { column: 'new_campaign' }],
    [`Entity 'Campaign' With Id = ${ID} Does Not Exist`, { table: 'campaign', recordId: ID }],
    ['Your access from IP address 203.0.113.7 is blocked.', { address: '203.0.113.7' }],
    ['access from 2001:db8::17 is blocked by the IP firewall', { address: '2001:db8::17' }],
    ['', {}],
  ])('%s', (text, named) => {
    expect(namedIn(text)).toEqual(named);
  });

  it('whatever the text, it is read quickly and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 6_000, unit: 'binary' }), (text) => {
        const began = performance.now();
        namedIn(text);
        classOfText(text);
        sameWords(text);
        expect(performance.now() - began).toBeLessThan(250);
      }),
    );
  });
});

describe('the class of a text', () => {
  it.each<[string, TextClass | undefined]>([
    ['Transaction (Process ID 71) was deadlocked on lock resources with another process', 'try-again'],
    ['There is no active transaction. This error is usually caused by custom plug-ins', 'try-again'],
    ['SQL timeout expired.', 'try-again'],
    ['A networking error occurred. Please try again.', 'try-again'],
    ['The plug-in execution failed because the operation has timed-out at the Sandbox Host.', 'try-again'],
    [`The specified user(Id = ${ID}) is disabled. Consider enabling this user.`, 'disabled'],
    ['The organization is currently disabled.', 'disabled'],
    ['The request was denied: access from IP address 10.1.2.3 is blocked by the firewall', 'address'],
    ['is missing prvCreateLead privilege', 'privilege'],
    [`Campaign With Id = ${ID} Does Not Exist`, 'missing-record'],
    ["Invalid property 'new_x' was found in entity 'Microsoft.Dynamics.CRM.lead'.", 'column'],
    ['Contoso.Plugins.LeadCreate: an error occurred in the plug-in', 'plug-in'],
    ['Leads without a budget are not wanted here', undefined],
  ])('%s', (text, wanted) => {
    expect(classOfText(text)).toBe(wanted);
  });
});

describe('what makes two refusals the same', () => {
  it('is none of what differs from lead to lead', () => {
    const one = sameWords(`Lead 'Ana Trujillo' (${ID}, ana@adatum.com, 4711) has no segment.`);
    const two = sameWords(
      "Lead 'Bo' (aaaaaaaa-0000-4000-8000-1234567890ab, bo@fabrikam.com, 1) has no segment.",
    );
    expect(one).toBe(two);
    expect(one).not.toMatch(/ana|trujillo|adatum/);
  });

  it('tells different texts apart', () => {
    expect(sameWords('the budget is missing')).not.toBe(sameWords('the segment is missing'));
  });
});
