import { describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { ComposedMail } from './lay-out-mail.ts';
import { mailOptions } from './mail-server.ts';

const LEAD_ID = '0b0e4a55-0000-4000-8000-000000000001';
const mail: ComposedMail = {
  id: LEAD_ID,
  idHeader: 'X-Lead-Id',
  subject: 'New lead',
  text: 'Hello',
  html: '<p>Hello</p>',
};
const from = { name: 'Leads', address: 'leads@contoso.example' };

async function onTheWire(subject: string): Promise<{ headers: string[]; envelope: { to: string[] } }> {
  const transport = createTransport({ streamTransport: true, buffer: true });
  const addressees = { to: ['ann@contoso.com', 'bob@contoso.com'], recipients: ['bob@contoso.com'] };
  const sent = await transport.sendMail(mailOptions({ ...mail, subject }, from, addressees));
  const [head = ''] = (sent.message as Buffer).toString().split('\r\n\r\n');
  return { headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), envelope: { to: sent.envelope.to } };
}

describe('a mail on the wire', () => {
  test('names every contact and goes to those who have not got it yet', async () => {
    const { headers, envelope } = await onTheWire('New lead');
    expect(headers).toContain('To: ann@contoso.com, bob@contoso.com');
    expect(envelope.to).toEqual(['bob@contoso.com']);
  });

  test('carries the id of its lead, the same each time it is sent', async () => {
    const { headers } = await onTheWire('New lead');
    expect(headers).toContain(`Message-ID: <${LEAD_ID}@contoso.example>`);
    // A header's name has no case, and nodemailer writes this one in its own.
    expect(headers.map((header) => header.toLowerCase())).toContain(`x-lead-id: ${LEAD_ID}`);
  });

  test('has no header that its subject would bring in', async () => {
    const { headers } = await onTheWire('New lead\r\nBcc: everybody@example.com');
    expect(headers.filter((header) => /^bcc/i.test(header))).toEqual([]);
  });
});
