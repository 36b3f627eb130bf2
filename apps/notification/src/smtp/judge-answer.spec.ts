import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { enhancedCodeOf, judgeAnswer, type ServerAnswer, type Stage, type Verdict } from './judge-answer.ts';

const STAGES: readonly Stage[] = ['connect', 'tls', 'auth', 'mail-from', 'rcpt', 'data'];

/** An answer as the wire has it. */
const said = (stage: Stage, reply: string): ServerAnswer => {
  const code = /^\d{3}/.exec(reply)?.[0];
  return { stage, ...(code && { code: Number(code) }), enhanced: enhancedCodeOf(reply), text: reply };
};

/** In short: `address-wrong!` is certain, `ours/sender` has its cause. */
const inShort = (verdict: Verdict): string =>
  verdict.kind === 'ours'
    ? `ours/${verdict.cause}`
    : `${verdict.kind}${verdict.kind === 'address-wrong' && verdict.isCertain ? '!' : ''}`;

describe('an answer means', () => {
  test.each<[string, Stage, string]>([
    // Exchange Online
    ['accepted', 'data', '250 2.0.0 OK <id@contoso.example> [Hostname=AM0PR01]'],
    ['address-wrong!', 'rcpt', '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
    [
      'address-wrong!',
      'data',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    ],
    [
      'address-wrong!',
      'rcpt',
      '550 5.4.310 DNS domain contoso.invalid does not exist [Message=InfoDomainNonexistent]',
    ],
    ['ours/sender-refused', 'data', '550 5.1.8 Access denied, bad outbound sender AS(42004)'],
    [
      'ours/sender-refused',
      'data',
      '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
    ],
    [
      'ours/sender-refused',
      'data',
      '554 5.2.252 SendAsDenied; leads@contoso.example not allowed to send as other@contoso.example',
    ],
    [
      'ours/policy',
      'rcpt',
      '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.',
    ],
    [
      'ours/closed-group',
      'rcpt',
      '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required',
    ],
    [
      'ours/basic-authentication-off',
      'auth',
      '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    ],
    [
      'ours/basic-authentication-off',
      'auth',
      '550 5.7.30 Basic authentication is not supported for Client Submission.',
    ],
    ['ours/sign-in-refused', 'auth', '535 5.7.3 Authentication unsuccessful [AM0PR01CA0001]'],
    ['ours/sign-in-refused', 'mail-from', '530 5.7.57 Client not authenticated to send mail.'],
    ['slow-down', 'auth', '432 4.3.2 Concurrent connections limit exceeded.'],
    ['slow-down', 'data', '451 4.7.500 Server busy. Please try again later from [192.0.2.1].'],
    [
      'slow-down',
      'data',
      '550 5.1.90 Your message can\u2019t be sent because you\u2019ve reached your daily limit for message recipients',
    ],
    ['recipient-later', 'rcpt', '552 5.2.2 Mailbox full'],
    ['server', 'data', '421 4.4.2 Connection dropped due to SocketError'],
    // Gmail
    [
      'address-wrong!',
      'rcpt',
      '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 NoSuchUser',
    ],
    ['address-wrong!', 'rcpt', '553-5.1.2 We weren\u2019t able to find the recipient domain.'],
    ['address-wrong', 'rcpt', '550 5.2.1 The email account that you tried to reach is inactive.'],
    [
      'recipient-later',
      'rcpt',
      '550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages',
    ],
    [
      'recipient-later',
      'rcpt',
      '450-4.2.1 The user you are trying to contact is receiving mail too quickly.',
    ],
    ['recipient-later', 'rcpt', '452-4.2.2 The recipient\u2019s inbox is out of storage space and inactive.'],
    ['slow-down', 'connect', '421-4.7.28 Our system has detected an unusual rate of unsolicited mail'],
    ['slow-down', 'data', '550-5.4.5 Daily user sending limit exceeded.'],
    [
      'ours/sender-refused',
      'data',
      '550-5.7.26 This mail has been blocked because the sender is unauthenticated.',
    ],
    [
      'ours/policy',
      'data',
      '550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail.',
    ],
    ['ours/sign-in-refused', 'auth', '535-5.7.8 Username and Password not accepted.'],
    ['ours/sign-in-refused', 'auth', '534-5.7.9 Application-specific password required.'],
    ['ours/no-secure-connection', 'mail-from', '530-5.7.0 Must issue a STARTTLS command first.'],
    [
      'message-refused',
      'data',
      '552-5.7.0 This message was blocked because its content presents a potential security issue.',
    ],
    // Postfix
    [
      'address-wrong!',
      'rcpt',
      '550 5.1.1 <bob@contoso.com>: Recipient address rejected: User unknown in local recipient table',
    ],
    ['address-wrong!', 'rcpt', '501 5.1.3 Bad recipient address syntax'],
    [
      'ours/sender-refused',
      'rcpt',
      '550 5.1.0 <leads@contoso.example>: Sender address rejected: User unknown in virtual mailbox table',
    ],
    [
      'ours/sender-refused',
      'rcpt',
      '550 5.1.8 <leads@contoso.example>: Sender address rejected: Domain not found',
    ],
    ['ours/sender-refused', 'rcpt', '550 5.1.7 <leads@>: Sender address rejected: not fully qualified'],
    [
      'ours/sender-refused',
      'rcpt',
      '450 4.1.8 <leads@contoso.example>: Sender address rejected: Domain not found',
    ],
    [
      'ours/sender-refused',
      'rcpt',
      '553 5.7.1 <leads@contoso.example>: Sender address rejected: not owned by user ann',
    ],
    ['ours/relay-refused', 'rcpt', '554 5.7.1 <bob@contoso.com>: Relay access denied'],
    [
      'ours/policy',
      'rcpt',
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    ],
    [
      'ours/sender-refused',
      'rcpt',
      '550 5.7.23 <bob@contoso.com>: Recipient address rejected: Message rejected due to: SPF fail',
    ],
    ['ours/policy', 'rcpt', '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]'],
    [
      'recipient-later',
      'rcpt',
      '450 4.2.0 <bob@contoso.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/',
    ],
    ['recipient-later', 'rcpt', '450 4.1.2 <bob@x.example>: Recipient address rejected: Domain not found'],
    ['slow-down', 'mail-from', '450 4.7.1 Error: too much mail from 192.0.2.1'],
    ['slow-down', 'connect', '421 4.7.0 mx.contoso.com Error: too many connections from 192.0.2.1'],
    ['message-refused', 'mail-from', '552 5.3.4 Message size exceeds fixed limit'],
    ['server', 'rcpt', '452 4.3.1 Insufficient system storage'],
    ['server', 'tls', '454 4.7.0 TLS not available due to local problem'],
    [
      'server',
      'auth',
      '454 4.7.0 Temporary authentication failure: Connection lost to authentication server',
    ],
    // Exim
    ['address-wrong', 'rcpt', '550 Unrouteable address'],
    ['address-wrong', 'rcpt', '550 No Such User Here'],
    ['ours/relay-refused', 'rcpt', '550 relay not permitted'],
    ['ours/sender-refused', 'rcpt', '550 Sender verify failed'],
    ['ours/policy', 'rcpt', '550 Administrative prohibition'],
    ['ours/sign-in-refused', 'auth', '535 Incorrect authentication data'],
    ['ours/sign-in-refused', 'auth', '504 5.5.4 Unrecognized authentication type'],
    ['recipient-later', 'rcpt', '451 Temporary local problem - please try later'],
    ['message-refused', 'data', '552 Message size exceeds maximum permitted'],
    // Amazon SES
    [
      'ours/sender-refused',
      'data',
      '554 Message rejected: Email address is not verified. The following identities failed the check',
    ],
    ['ours/sender-refused', 'data', '554 Access denied: User is not authorized to perform ses:SendRawEmail'],
    ['ours/sign-in-refused', 'auth', '535 Authentication Credentials Invalid'],
    ['slow-down', 'data', '454 Throttling failure: Maximum sending rate exceeded.'],
    ['slow-down', 'data', '454 Throttling failure: Daily message quota exceeded.'],
    // Others
    [
      'recipient-later',
      'rcpt',
      '550 Requested action not taken: mailbox unavailable. Please try again later',
    ],
    ['address-wrong', 'rcpt', '550 Requested action not taken: mailbox unavailable'],
    ['address-wrong', 'data', '554 delivery error: dd This user doesn\u2019t have a yahoo.com account'],
    ['server', 'connect', 'connect ECONNREFUSED 192.0.2.1:25'],
    ['server', 'rcpt', '503 bad sequence of commands'],
    ['ours/policy', 'connect', '554 mx.contoso.com your IP address is on our block list'],
    ['ours/no-secure-connection', 'tls', 'self-signed certificate'],
  ])('%s at %s: %s', (verdict, stage, reply) => {
    expect(inShort(judgeAnswer(said(stage, reply)))).toBe(verdict);
  });
});

describe('whatever a server says', () => {
  const reply = fc
    .tuple(
      fc.integer({ min: 200, max: 599 }),
      fc.option(fc.tuple(fc.constantFrom(2, 4, 5), fc.nat(7), fc.nat(400))),
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          'user unknown',
          'try again later',
          'relay denied',
          'Sender address rejected',
          'blocked',
        ),
      ),
    )
    .map(([code, parts, text]) => `${code} ${parts ? `${parts.join('.')} ` : ''}${text}`);
  const stage = fc.constantFrom(...STAGES);

  test('an address counts as surely wrong by a code of the fifth class about a mailbox alone, where recipients are named', () => {
    fc.assert(
      fc.property(stage, reply, (at, text) => {
        const verdict = judgeAnswer(said(at, text));
        if (verdict.kind !== 'address-wrong') return;
        expect(at === 'rcpt' || at === 'data').toBe(true);
        expect(text).toMatch(/^5/);
        if (verdict.isCertain) expect(text).toMatch(/^5\d\d 5\.[14]\./);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a mail counts as taken by a "yes" to its content alone, and what is ours says what to do', () => {
    fc.assert(
      fc.property(stage, reply, (at, text) => {
        const verdict = judgeAnswer(said(at, text));
        expect(verdict.kind === 'accepted').toBe(at === 'data' && text.startsWith('2'));
        if (verdict.kind === 'ours') expect([verdict.cause, verdict.what, verdict.remedy]).not.toContain('');
      }),
      { numRuns: 2_000 },
    );
  });

  test('nothing is ours or an address’s that the server never said', () => {
    fc.assert(
      fc.property(fc.constantFrom<Stage>('connect', 'mail-from', 'rcpt', 'data'), fc.string(), (at, text) => {
        expect(['server', 'slow-down']).toContain(judgeAnswer({ stage: at, text }).kind);
      }),
    );
  });
});
