import { generateKeyPairSync } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { ComposedMail } from '@leads/messages';
import { MailReceiver } from '../testing/mail-receiver.ts';
import { mailOptions, openMailServer, withPassword } from './mail-server.ts';

const LEAD_ID = '0b0e4a55-0000-4000-8000-000000000001';
const mail: ComposedMail = {
  id: LEAD_ID,
  idHeader: 'X-Lead-Id',
  subject: 'New lead',
  text: 'Hello',
  html: '<p>Hello</p>',
  attachments: [],
};
const from = { name: 'Leads', address: 'leads@contoso.example' };

async function onTheWire(
  subject: string,
  recipient = 'bob@contoso.com',
): Promise<{ headers: string[]; envelope: { to: string[] } }> {
  const transport = createTransport({ streamTransport: true, buffer: true });
  const sent = await transport.sendMail(mailOptions({ ...mail, subject }, from, recipient));
  const [head = ''] = (sent.message as Buffer).toString().split('\r\n\r\n');
  return { headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), envelope: { to: sent.envelope.to } };
}

describe('a mail on the wire', () => {
  test('names and goes to its recipient alone', async () => {
    const { headers, envelope } = await onTheWire('New lead');
    expect(headers).toContain('To: bob@contoso.com');
    expect(envelope.to).toEqual(['bob@contoso.com']);
  });

  test('carries the id of its lead, and one Message-ID a recipient however often it is sent', async () => {
    const { headers } = await onTheWire('New lead');
    const idOf = async (recipient: string) =>
      (await onTheWire('New lead', recipient)).headers.filter((header) => /^message-id:/i.test(header));
    const bobs = await idOf('bob@contoso.com');
    expect(bobs).toEqual([
      expect.stringMatching(`^Message-ID: <${LEAD_ID}\\.[0-9a-f]{12}@contoso\\.example>$`),
    ]);
    expect(await idOf('Bob@contoso.com')).toEqual(bobs);
    expect(await idOf('ann@contoso.com')).not.toEqual(bobs);
    // A header's name has no case, and nodemailer writes this one in its own.
    expect(headers.map((header) => header.toLowerCase())).toContain(`x-lead-id: ${LEAD_ID}`);
  });

  test('has no header that its subject would bring in', async () => {
    const { headers } = await onTheWire('New lead\r\nBcc: everybody@example.com');
    expect(headers.filter((header) => /^bcc/i.test(header))).toEqual([]);
  });
});

test('the password of the server can stand in a file, whatever is in it', () => {
  const url = 'smtps://leads@mail.contoso.example:465';
  expect(withPassword(url, undefined)).toBe(url);
  const secret = 'p@ss/w#rd:%40 ü';
  expect(decodeURIComponent(new URL(withPassword(url, secret)).password)).toBe(secret);
  for (const wrong of ['smtp://mail.contoso.example', 'smtp://leads:other@mail.contoso.example'])
    expect(() => withPassword(wrong, secret)).toThrow(/SMTP_URL has to have a user and no password/);
});

test('a mail is marked as made by a machine, signed where a key is given, and answered to whom the settings name', async () => {
  const receiver = new MailReceiver();
  const url = `smtp://127.0.0.1:${await receiver.listen()}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const server = openMailServer(url, from, {
    ...{ plaintextAllowed: true, connections: 1 },
    dkim: { domainName: 'contoso.example', keySelector: 'leads', privateKey: key },
    replyTo: { name: '', address: 'sales@contoso.example' },
  });
  expect(await server.send(mail, 'ann@contoso.com')).toEqual({ verdict: { kind: 'accepted' }, said: null });
  server.close();
  await receiver.close();
  expect(receiver.mails[0]?.headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    'reply-to': 'sales@contoso.example',
    'dkim-signature': expect.stringMatching(/d=contoso\.example;.* s=leads;/),
  });
});

/** What a server that knows no TLS is told, command by command, when a mail is sent to it. */
async function toldInClear(plaintextAllowed: boolean): Promise<string[]> {
  const told: string[] = [];
  const plain = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 plain.example\r\n');
    socket.on('data', (chunk) => {
      const command = chunk.toString().split(/[ \r\n]/)[0] ?? '';
      told.push(command);
      socket.write(command === 'EHLO' ? '250 plain.example\r\n' : '502 5.5.1 not here\r\n');
    });
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const url = `smtp://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  const server = openMailServer(url, from, { plaintextAllowed, connections: 1 });
  expect((await server.send(mail, 'ann@contoso.com')).verdict.kind).not.toBe('accepted');
  server.close();
  await new Promise((resolve) => plain.close(resolve));
  return told;
}

describe('a mail server that offers no TLS', () => {
  test('gets neither a name nor a mail where that is not allowed', async () => {
    expect(await toldInClear(false)).not.toContain('MAIL');
  });

  test('gets mails where that is allowed', async () => {
    expect(await toldInClear(true)).toContain('MAIL');
  });
});
