/** What is sent and judged against a real Postfix, where the system has one. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Authority, certificateAuthority } from '@leads/testing/certificates';
import type { ComposedMail } from '@leads/messages';
import { noPostfix, type Postfix, startPostfix, USER } from '../testing/postfix.ts';
import type { Verdict } from './judge-answer.ts';
import { openMailServer } from './mail-server.ts';

const from = { name: 'Leads', address: USER.name };
const mail: ComposedMail = {
  id: '0b0e4a55-0000-4000-8000-000000000001',
  idHeader: 'X-Lead-Id',
  subject: 'New lead',
  text: 'Hello',
  html: '<p>Hello</p>',
  attachments: [],
};

if (noPostfix !== undefined) process.stderr.write(`The suite of Postfix is skipped: ${noPostfix}.\n`);

(noPostfix === undefined ? describe : describe.skip)('Postfix', () => {
  let postfix: Postfix;
  let authority: Authority;
  const before = getCACertificates('default');

  beforeAll(async () => {
    authority = await certificateAuthority();
    postfix = await startPostfix(authority);
    setDefaultCACertificates([...before, authority.certificate]);
  }, 60_000);
  afterAll(async () => {
    setDefaultCACertificates(before);
    await postfix?.stop();
  });

  const urlOf = (password = USER.password, { port } = postfix) =>
    `smtp://${encodeURIComponent(USER.name)}:${encodeURIComponent(password)}@localhost:${port}`;

  async function send(to: string, { url = urlOf(), sender = from, text = 'Hello' } = {}): Promise<string> {
    const server = openMailServer(url, sender, { plaintextAllowed: false, connections: 1 });
    const { verdict } = await server.send({ ...mail, text }, to);
    server.close();
    return inShort(verdict);
  }
  const inShort = (verdict: Verdict): string =>
    verdict.kind === 'ours' ? `ours/${verdict.cause}` : verdict.kind;

  test('takes a mail after STARTTLS from who signs in', async () => {
    expect(await send('ann@contoso.com')).toBe('accepted');
  });

  test('has an address that is not in its list judged wrong', async () => {
    expect(await send('nobody@contoso.com')).toBe('address-wrong');
  });

  test('has a greylisted recipient tried again, and then takes it', async () => {
    expect(await send('grey@contoso.com')).toBe('recipient-later');
    expect(await send('grey@contoso.com')).toBe('accepted');
  });

  test('refuses a mail that is too large for what it is', async () => {
    expect(await send('ann@contoso.com', { text: 'Hello, '.repeat(5_000) })).toBe('message-refused');
  });

  test('has a wrong password, another sender and a relay that is not ours be ours to mend', async () => {
    expect(await send('ann@contoso.com', { url: urlOf('wrong') })).toBe('ours/sign-in-refused');
    const other = { ...from, address: 'other@contoso.example' };
    expect(await send('ann@contoso.com', { sender: other })).toMatch(/^ours\//);
    const nobody = `smtp://localhost:${postfix.port}`;
    const stranger = { ...from, address: 'stranger@contoso.net' };
    expect(await send('bob@elsewhere.example', { url: nobody, sender: stranger })).toBe('ours/relay-refused');
  });

  test('whose certificate nobody vouches for gets nothing', async () => {
    setDefaultCACertificates(before);
    try {
      expect(await send('ann@contoso.com')).toBe('ours/no-secure-connection');
    } finally {
      setDefaultCACertificates([...before, authority.certificate]);
    }
  });

  test('that takes fewer mails a minute than come has us slow down', async () => {
    const slow = await startPostfix(authority, ['smtpd_client_message_rate_limit = 2']);
    const verdicts: string[] = [];
    for (let index = 0; index < 3; index++) {
      verdicts.push(await send('ann@contoso.com', { url: urlOf(USER.password, slow) }));
    }
    await slow.stop();
    expect(verdicts).toEqual(['accepted', 'accepted', 'slow-down']);
  }, 60_000);
});
