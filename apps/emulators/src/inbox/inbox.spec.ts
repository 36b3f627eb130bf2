import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startForTest, type Running } from '../testing/running.ts';
import { sendMail } from '../testing/send-mail.ts';

let running: Running;
beforeAll(async () => {
  running = await startForTest();
});
afterAll(() => running.close());
afterEach(async () => {
  await running.control('DELETE', 'inbox');
  await running.control('DELETE', 'mails');
});

const send = (to: string): Promise<string[]> => sendMail(running.smtpPort, [to], ['Subject: x', '', 'text']);
const arrived = async (): Promise<string[]> =>
  ((await running.control('GET', 'mails')).body()['mails'] as { to: string[] }[]).flatMap((mail) => mail.to);

describe('the inbox on request', () => {
  test('refuses some recipients, as often as told', async () => {
    await running.control('PUT', 'inbox', {
      refusals: [{ to: 'gone@', code: 550, text: 'No such user', times: 1 }],
    });
    await expect(send('gone@contoso.example')).rejects.toThrow('550 No such user');
    await send('here@contoso.example');
    await send('gone@contoso.example');
    expect(await arrived()).toEqual(['here@contoso.example', 'gone@contoso.example']);
  });

  test('is away', async () => {
    await running.control('PUT', 'inbox', { away: true });
    await expect(send('a@contoso.example')).rejects.toThrow('421');
    expect(await arrived()).toEqual([]);
  });

  test('takes the mail and cuts the connection in place of the acknowledgement', async () => {
    await running.control('PUT', 'inbox', { cutAfterTaking: true });
    const answers = await send('a@contoso.example');
    expect(answers.at(-1)).toMatch(/^354/);
    expect(await arrived()).toEqual(['a@contoso.example']);
  });

  test('refuses rules that are none', async () => {
    expect((await running.control('PUT', 'inbox', { refuse: 'all' })).status).toBe(400);
  });
});

describe('the inbox', () => {
  test.each([
    ['rubbish', 'rubbish\r\n\r\n\0\r\n'],
    [
      'a mail that breaks off',
      'EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: half',
    ],
    ['an endless line', `EHLO ${'x'.repeat(200_000)}\r\n`],
  ])('survives %s', async (_case, text) => {
    await new Promise<void>((resolve) => {
      const socket = connect(running.smtpPort, '127.0.0.1', () => socket.end(text));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.resume();
    });
    await send('after@contoso.example');
    expect(await arrived()).toContain('after@contoso.example');
  });
});
