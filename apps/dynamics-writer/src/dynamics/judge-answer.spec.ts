import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeAnswer, judgeRefusedToken, REFUSALS } from './judge-answer.ts';
import type { Answer } from './web-api.ts';

const LEAD = '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b';
const ORGANIZATION = 'https://contoso.crm4.dynamics.com';

function answered(
  status: number,
  code = '',
  message = 'text',
  others: { retryAfterMs?: number; madeId?: string; madeAt?: string } = {},
): Answer {
  return { kind: 'answered', status, code, message, retryAfterMs: undefined, ...others };
}

/** `kind`, or for a refusal whom it points at and why. */
function read(answer: Answer): string {
  const reading = judgeAnswer(answer, LEAD, ORGANIZATION);
  return reading.kind === 'refused' ? `${reading.suspect} ${reading.reason.cause}` : reading.kind;
}

describe('what an answer of Dynamics says by itself', () => {
  test.each([
    [412, '0x80040237', 'unclear'],
    [412, '0x80060892', 'unclear'],
    [500, '0x80040333', 'unclear'],
    [412, '0x80040333', 'unclear'],
    [412, '0x80060882', 'nobody version-conflict'],
    [400, '0x80044331', 'lead value-too-long'],
    [400, '0x80048d19', 'lead malformed'],
    [400, '0x8006088a', 'lead unknown-column'],
    [400, '0x0', 'unknown refused'],
    [400, '0x8004431A', 'lead unknown-option'],
    [400, '0x80040200', 'rule required-column'],
    [400, '0x80060890', 'connection key-not-defined'],
    [404, '0x80040217', 'lead lookup-not-found'],
    [404, '0x80060891', 'lead lookup-not-found'],
    [404, '0x80060888', 'connection no-lead-table'],
    [400, '0x80040265', 'rule plug-in-refused'],
    [500, '0x80040224', 'rule plug-in-failed'],
    [403, '0x80040220', 'connection privilege-missing'],
    [403, '0x80048306', 'connection privilege-missing'],
    [403, '0x80048405', 'connection access-denied'],
    [403, '0x80040231', 'connection privilege-missing'],
    [403, '0x8004f502', 'lead column-secured'],
    [403, '0x80040276', 'connection creation-disabled'],
    [503, '0x80040276', 'connection creation-disabled'],
    [403, '0x8004a104', 'connection organization-disabled'],
    [404, '0x8004a104', 'connection organization-disabled'],
    [400, '0x8004a104', 'connection organization-disabled'],
    [503, '0x8004a104', 'connection organization-disabled'],
    [403, '0x80072560', 'connection not-a-member'],
    [403, '0x80040225', 'connection user-disabled'],
    [400, '0x80040225', 'connection user-disabled'],
    [403, '0x80042f09', 'connection no-role'],
    [403, '0x80041d1f', 'connection user-disabled'],
    [403, '0x80095ffc', 'connection application-restricted'],
    [403, '0x80095FFD', 'connection address-restricted'],
    [500, '0x80044151', 'nobody sql-timeout'],
    [500, '0x80044150', 'nobody sql-error'],
    [500, '0x80040216', 'nobody unexpected'],
    [400, '0x80040251', 'nobody no-transaction'],
    [500, '0x80073000', 'nobody sql-network'],
    [429, '0x8005F103', 'throttled'],
    [429, '0x80060308', 'throttled'],
    [429, '0x80072322', 'throttled'],
    [429, '0x80072321', 'throttled'],
    [429, '0x80072326', 'throttled'],
    [429, '', 'throttled'],
    [413, '0x8004418a', 'lead too-large'],
    [413, '', 'lead too-large'],
    [301, '', 'connection not-an-organization'],
    [400, '', 'unknown refused'],
    [400, '0x80049999', 'unknown refused'],
    [401, '', 'connection token-refused'],
    [403, '', 'unknown forbidden'],
    [404, '', 'connection not-an-organization'],
    [405, '', 'connection not-an-organization'],
    [408, '', 'unclear'],
    [500, '', 'unclear'],
    [501, '', 'away'],
    [502, '', 'unclear'],
    [503, '', 'away'],
    [504, '', 'unclear'],
  ])('%i %s: %s', (status, code, expected) => {
    expect(read(answered(status, code))).toBe(expected);
  });

  test.each([
    [200, LEAD, 'written'],
    [201, LEAD, 'written'],
    [204, LEAD, 'written'],
    [204, undefined, 'unclear'],
    [202, undefined, 'unclear'],
    [204, '5f3c9c1e-0000-4000-8000-1234567890ab', 'unclear'],
  ])('%i that names %s: %s', (status, madeId, expected) => {
    expect(read(answered(status, '', '', madeId === undefined ? {} : { madeId }))).toBe(expected);
  });

  test.each([
    ['contoso.crm4.dynamics.com', 'written'],
    ['CONTOSO.api.crm4.dynamics.com', 'written'],
    ['fabrikam.crm4.dynamics.com', 'unclear'],
    ['proxy.example', 'unclear'],
    ['', 'unclear'],
  ])('a record of ours at "%s": %s', (madeAt, expected) => {
    expect(read(answered(204, '', '', { madeId: LEAD, madeAt }))).toBe(expected);
  });

  test.each([
    ['0x80040237', 'Cannot insert duplicate key.', 'rule duplicate-of-another'],
    ['0x80060892', 'Entity Key Mail violated.', 'lead duplicate-key'],
    ['0x80040333', 'A duplicate was found.', 'lead duplicate-rule'],
    ['', 'A record with matching key values already exists.', 'rule duplicate-of-another'],
    ['0x80049999', 'Cannot insert duplicate key.', 'rule duplicate-of-another'],
    ['0x0', "Entity Key 'Mail' violated. A duplicate record cannot be created.", 'rule duplicate-of-another'],
  ])(
    '"taken" (%s, %s) is looked up, and where no record of ours is there it is: %s',
    (code, text, refused) => {
      const reading = judgeAnswer(answered(412, code, text), LEAD, ORGANIZATION);
      const taken = reading.kind === 'unclear' ? reading.taken?.refused : undefined;
      expect(`${taken?.suspect} ${taken?.reason.cause}`).toBe(refused);
      expect(taken?.reason.what).toContain('The record of this lead is not there');
    },
  );

  test('what a plug-in says of a key is its own refusal', () => {
    expect(read(answered(400, '0x80040265', 'Cannot insert duplicate key.'))).toBe('rule plug-in-refused');
  });

  test.each([
    ['ECONNREFUSED', 'away'],
    ['ENOTFOUND', 'away'],
    ['UND_ERR_CONNECT_TIMEOUT', 'away'],
    ['ECONNRESET', 'unclear'],
    ['ETIMEDOUT', 'unclear'],
    ['EPIPE', 'unclear'],
    ['UND_ERR_HEADERS_TIMEOUT', 'unclear'],
    ['UND_ERR_SOCKET', 'unclear'],
  ])('no answer at all (%s): %s', (code, expected) => {
    expect(read({ kind: 'unreachable', code })).toBe(expected);
  });

  test.each([
    ['0x80040265', 'Transaction (Process ID 71) was deadlocked on lock resources', 'nobody passing'],
    ['0x80049999', 'The request has timed out. Please try again.', 'nobody passing'],
    ['0x80049999', 'The organization is currently disabled.', 'connection disabled'],
    [
      '0x80049999',
      'Access from the IP address 203.0.113.7 is blocked by the IP firewall',
      'connection address-restricted',
    ],
    ['0x80049999', "Invalid property 'new_x' was found in entity 'lead'.", 'lead column-refused'],
    ['0x80049999', 'An error occurred in the plug-in', 'rule plug-in-refused'],
    ['0x80040220', 'Principal user is missing prvCreateLead privilege', 'connection privilege-missing'],
    ['0x80040220', 'Principal user is missing prvReadnew_segment privilege', 'rule privilege-missing'],
  ])('the text decides where the code says too little: %s %s', (code, message, expected) => {
    expect(read(answered(400, code, message))).toBe(expected);
  });

  test('the remedy is made of what the text names', () => {
    const remedy = (code: string, message: string): string => {
      const reading = judgeAnswer(answered(403, code, message), LEAD, ORGANIZATION);
      return reading.kind === 'refused' ? reading.reason.remedy : '';
    };
    const segment = remedy('0x80040220', "is missing prvReadnew_segment privilege for entity 'new_segment'");
    expect(segment).toMatch(/new_segment.*set Read to Organization/s);
    expect(segment).not.toContain('User Entity UI Settings');
    expect(remedy('0x80040220', 'is missing prvAppendToAsyncOperation privilege')).toMatch(
      /System Job, and set Append To/,
    );
    expect(remedy('0x8004f502', "secured attribute 'leadsourcecode'")).toMatch(
      /leadsourcecode.*permits Create/s,
    );
    expect(remedy('0x80095ffe', 'Access from the IP address 203.0.113.7 is blocked')).toContain(
      '203.0.113.7',
    );
  });

  test('two refusals are the same whatever differs from lead to lead', () => {
    const signature = (message: string): string => {
      const reading = judgeAnswer(answered(400, '0x80040265', message), LEAD, ORGANIZATION);
      return reading.kind === 'refused' ? reading.signature : '';
    };
    expect(signature("Lead 'Ana' has no segment")).toBe(signature("Lead 'Bo' has no segment"));
    expect(signature('It has no segment')).not.toBe(signature('It has no budget'));
  });

  test('throttling waits as long as it says, and a while where it does not say; 503 with a time alike', () => {
    const wait = (status: number, retryAfterMs?: number) =>
      judgeAnswer(
        answered(status, '', '', retryAfterMs === undefined ? {} : { retryAfterMs }),
        LEAD,
        ORGANIZATION,
      );
    expect(wait(429, 7_000)).toMatchObject({ waitMs: 7_000 });
    expect(wait(429)).toMatchObject({ waitMs: 5_000 });
    expect(wait(503, 6_000)).toMatchObject({ kind: 'throttled', waitMs: 6_000 });
  });

  test('an organisation that says why it is away is refused for that, and left alone for as long as it says', () => {
    const disabled = (retryAfterMs?: number) =>
      judgeAnswer(
        answered(503, '0x8004a104', '', retryAfterMs === undefined ? {} : { retryAfterMs }),
        LEAD,
        ORGANIZATION,
      );
    expect(disabled(6_000)).toMatchObject({ kind: 'refused', suspect: 'connection', waitMs: 6_000 });
    expect(disabled()).not.toHaveProperty('waitMs');
  });

  test('a refusal for the number of requests keeps to the documented limit where it names none', () => {
    expect(judgeAnswer(answered(429, '0x80072322'), LEAD, ORGANIZATION)).toMatchObject({
      limit: { of: 'requests', requests: 6_000, windowMs: 300_000 },
    });
  });

  test('a refusal for a column is in doubt, one for anything else is not', () => {
    expect(judgeAnswer(answered(400, '0x80044331'), LEAD, ORGANIZATION)).toMatchObject({ isDoubtful: true });
    expect(judgeAnswer(answered(400, '0x80040265'), LEAD, ORGANIZATION)).not.toHaveProperty('isDoubtful');
  });

  test('whatever comes, every failure says what happened and what to do, and nothing but a named record is written', () => {
    const code = fc.oneof(fc.string(), fc.constantFrom(...REFUSALS.keys(), '0x80040237', '0x80060892'));
    const text = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc.constantFrom('try again', 'is disabled', 'prvReadnew_x'),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        code,
        text,
        fc.option(fc.uuid()),
        (status, errorCode, message, id) => {
          const reading = judgeAnswer(
            answered(status, errorCode, message, id === null ? {} : { madeId: id }),
            LEAD,
            ORGANIZATION,
          );
          expect(reading.kind).not.toBe('written');
          const reasons = reading.kind === 'written' ? [] : [reading.reason];
          for (const { cause, what, remedy } of reasons) expect([cause, what, remedy]).not.toContain('');
        },
      ),
    );
  });
});

describe('what a refused token means', () => {
  test.each([
    ['AADSTS7000215', false, 'refused'],
    ['AADSTS7000222', false, 'refused'],
    ['AADSTS700016', false, 'refused'],
    ['AADSTS90002', false, 'refused'],
    ['AADSTS50126', false, 'refused'],
    ['AADSTS50055', false, 'refused'],
    ['AADSTS50076', false, 'refused'],
    ['AADSTS53003', false, 'refused'],
    ['AADSTS65001', false, 'refused'],
    ['AADSTS500011', false, 'refused'],
    ['AADSTS7000215', true, 'away'],
    ['AADSTS90033', true, 'away'],
    ['AADSTS90055', true, 'away'],
    ['credentials-silent', true, 'away'],
    ['unknown-connection', false, 'refused'],
  ])('%s is %s', (cause, transient, kind) => {
    expect(judgeRefusedToken({ cause, what: 'x', remedy: 'y', transient }).kind).toBe(kind);
  });
});
