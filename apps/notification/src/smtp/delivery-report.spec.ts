import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type MailFailure, readDelivery, readFailure } from './delivery-report.ts';

const rejection = (recipient: string, response: string): MailFailure => ({
  code: 'EENVELOPE',
  command: 'RCPT TO',
  recipient,
  response,
  responseCode: Number(response.slice(0, 3)),
});

test('what is hostile in the words of a server is gone, and there is an end to them', () => {
  const response = `550 5.1.1 no\0\ud83d\u202e${'\u{1f642}'.repeat(1_000_000)}`;
  const { refused, failure } = readDelivery(['bob@contoso.com'], [rejection('bob@contoso.com', response)]);
  for (const said of [refused[0]?.reason ?? '', failure ?? '']) {
    expect(said).toContain('550 5.1.1 no \ufffd\u{1f642}');
    expect(said).toMatch(/^[^\p{Cc}\p{Cs}\u202e]{1,2000}$/u);
  }
});

describe('a recipient that the server rejects', () => {
  test.each([
    ['550 5.1.1 no such user'],
    ['550-5.1.1 no such user\n550 5.1.1 really'],
    ['553 5.1.3 bad address syntax'],
    ['550 5.1.6 mailbox has moved'],
    ['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
  ])('has refused it for good after "%s"', (response) => {
    const report = readDelivery(
      ['ann@contoso.com', 'bob@contoso.com'],
      [rejection('bob@contoso.com', response)],
    );
    expect(report).toMatchObject({ delivered: ['ann@contoso.com'] });
    expect(report.refused).toEqual([{ address: 'bob@contoso.com', reason: response.replaceAll('\n', ' ') }]);
    expect(report.failure).toContain('bob@contoso.com');
  });

  test.each([
    ['550 5.2.1 mailbox disabled'],
    ['550 no such user here'],
    ['551 user not local'],
    ['553 mailbox name not allowed'],
    ['550 5.1.8 <leads@contoso.example>: Sender address rejected'],
    ['450 4.2.0 greylisted'],
    ['451 local error'],
    ['452 4.2.2 mailbox full'],
    ['530 5.7.0 authentication required'],
    ['550 5.7.1 relaying denied'],
    ['550 5.7.26 unauthenticated sender'],
    ['552 5.2.2 mailbox full'],
    ['554 transaction failed'],
    ['503 bad sequence'],
  ])('is tried again after "%s"', (response) => {
    const report = readDelivery(
      ['ann@contoso.com', 'bob@contoso.com'],
      [rejection('bob@contoso.com', response)],
    );
    expect(report).toMatchObject({ delivered: ['ann@contoso.com'], refused: [] });
  });

  test('is recognised however nodemailer spells the address', () => {
    const report = readDelivery(['Bob@Contoso.com'], [rejection('Bob@contoso.com', '550 5.1.1 unknown')]);
    expect(report).toMatchObject({ delivered: [], refused: [{ address: 'Bob@Contoso.com' }] });
  });
});

describe('an attempt that reached nobody', () => {
  test.each<[string | undefined, MailFailure]>([
    ['unreachable', { code: 'ESOCKET', message: 'connect ECONNREFUSED' }],
    ['no-secure-connection', { code: 'ESOCKET', message: 'self-signed certificate' }],
    ['sign-in-refused', { code: 'EAUTH', response: '535 5.7.8 bad credentials', responseCode: 535 }],
    [
      'basic-authentication-off',
      { code: 'EAUTH', response: '550 5.7.30 Basic authentication is not supported', responseCode: 550 },
    ],
    ['sender-refused', { code: 'EENVELOPE', response: '550 5.1.8 bad sender', responseCode: 550 }],
    [
      'sender-refused',
      { code: 'EENVELOPE', rejectedErrors: [rejection('ann@contoso.com', '550 5.1.7 bad sender')] },
    ],
    [undefined, { code: 'EMESSAGE', response: '554 5.6.0 no', responseCode: 554 }],
    [
      undefined,
      { code: 'EENVELOPE', rejectedErrors: [rejection('ann@contoso.com', '450 4.2.0 greylisted')] },
    ],
    [undefined, { message: 'a defect of ours' }],
  ])('is the trouble of all mails: %s, after %j', (cause, failure) => {
    expect(readFailure(['ann@contoso.com'], failure).trouble?.cause).toBe(cause);
  });

  test.each<[string, MailFailure]>([
    ['an unreachable server', { code: 'ESOCKET', message: 'connect ECONNREFUSED' }],
    ['a refused sign-in', { code: 'EAUTH', response: '535 5.7.8 bad credentials', responseCode: 535 }],
    ['a refused sender', { code: 'EENVELOPE', response: '550 5.1.8 bad sender', responseCode: 550 }],
    ['a refused message', { code: 'EMESSAGE', response: '554 5.6.0 no', responseCode: 554 }],
  ])('leaves everybody to be tried again after %s', (_, failure) => {
    const report = readFailure(['ann@contoso.com'], failure);
    expect(report).toMatchObject({ delivered: [], refused: [] });
    expect(report.failure).not.toBe('');
  });

  test('tells those refused for good from the others', () => {
    const report = readFailure(['ann@contoso.com', 'bob@contoso.com'], {
      code: 'EENVELOPE',
      rejectedErrors: [
        rejection('ann@contoso.com', '450 later'),
        rejection('bob@contoso.com', '550 5.1.1 unknown'),
      ],
    });
    expect(report).toMatchObject({ delivered: [], refused: [{ address: 'bob@contoso.com' }] });
  });
});

test('nobody who was rejected counts as reached, and nobody is both reached and refused', () => {
  const codes = fc.constantFrom('550 5.1.1 x', '550 5.7.1 x', '450 x', '553 x');
  const recipients = fc.uniqueArray(fc.emailAddress(), { selector: (address) => address.toLowerCase() });
  fc.assert(
    fc.property(recipients, fc.array(codes), (all, responses) => {
      const rejected = all.slice(0, responses.length);
      const report = readDelivery(
        all,
        rejected.map((recipient, index) => rejection(recipient, responses[index] ?? '450 x')),
      );
      expect(report.delivered).toEqual(all.slice(rejected.length));
      expect(report.refused.every(({ address }) => rejected.includes(address))).toBe(true);
    }),
  );
});
