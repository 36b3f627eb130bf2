import { describe, expect, test } from '@jest/globals';
import { type MailFailure, readFailure } from './read-attempt.ts';

const rejection = (response: string): MailFailure => {
  const responseCode = Number(response.slice(0, 3));
  return { code: 'EENVELOPE', command: 'RCPT TO', rejectedErrors: [{ response, responseCode }] };
};
const inShort = (failure: MailFailure): string => {
  const { verdict } = readFailure(failure);
  return verdict.kind === 'ours' ? `ours/${verdict.cause}` : verdict.kind;
};

test('what is hostile in the words of a server is gone, and there is an end to them', () => {
  const { said } = readFailure(rejection(`550 5.1.1 no\0\ud83d\u202e${'\u{1f642}'.repeat(1_000_000)}`));
  expect(said).toContain('550 5.1.1 no \ufffd\u{1f642}');
  expect(said).toMatch(/^[^\p{Cc}\p{Cs}\u202e]{1,2000}$/u);
});

describe('a failure means what was said where it was said', () => {
  test.each<[string, MailFailure]>([
    ['server', { code: 'ESOCKET', command: 'CONN', message: 'connect ECONNREFUSED' }],
    ['server', { code: 'ETIMEDOUT', command: 'CONN', message: 'Timeout' }],
    ['server', { code: 'ECONNECTION', response: '421 4.4.2 timeout exceeded', responseCode: 421 }],
    ['ours/no-secure-connection', { code: 'ESOCKET', command: 'CONN', message: 'self-signed certificate' }],
    ['ours/no-secure-connection', { code: 'ETLS', message: 'Error upgrading connection with STARTTLS' }],
    ['ours/sign-in-refused', { code: 'EAUTH', response: '535 5.7.8 bad credentials', responseCode: 535 }],
    ['ours/sign-in-refused', { code: 'EAUTH', message: 'Missing credentials for "PLAIN"' }],
    ['ours/basic-authentication-off', { code: 'EAUTH', response: '550 5.7.30 Basic', responseCode: 550 }],
    [
      'ours/sender-refused',
      { code: 'EENVELOPE', command: 'MAIL FROM', response: '550 no', responseCode: 550 },
    ],
    ['ours/sender-refused', rejection('550 5.1.7 bad sender')],
    ['address-wrong', rejection('550-5.1.1 no such user\n550 5.1.1 really')],
    ['recipient-later', rejection('450 4.2.0 greylisted')],
    ['message-refused', { code: 'EMESSAGE', command: 'DATA', response: '554 5.6.0 no', responseCode: 554 }],
    ['message-refused', { message: 'a defect of ours' }],
    ['message-refused', { code: 'EENVELOPE', command: 'API', message: 'Invalid recipient' }],
    ['ours/sign-in-refused', { code: 'EAUTH', command: 'AUTH XOAUTH2', message: 'AADSTS7000215' }],
  ])('%s after %j', (verdict, failure) => {
    expect(inShort(failure)).toBe(verdict);
    expect(readFailure(failure).said).not.toBe('');
  });
});
