import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { startContoso, type Contoso } from '../testing/contoso.ts';
import type { Answer } from '../testing/running.ts';
import { sendMail } from '../testing/send-mail.ts';

const ID = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
const ORGANIZATION = `/org/${CONTOSO.host}`;
const EVIL = '<script>alert("x")</script>';

let contoso: Contoso;
beforeAll(async () => {
  contoso = await startContoso();
  await contoso.reset();
  const body = {
    leadid: ID,
    firstname: 'Zoë',
    lastname: EVIL,
    subject: 'Topic',
    leadsourcecode: 8,
    donotemail: true,
  };
  await contoso.call('POST', 'leads', { body });
  const mail = [
    'From: a@b.example',
    `Subject: ${EVIL}`,
    'Content-Type: text/html',
    '',
    `<p>Hello</p>${EVIL}`,
  ];
  await sendMail(contoso.running.smtpPort, ['sales@contoso.example'], mail);
});
afterAll(() => contoso.running.close());

const visit = (path: string): Promise<Answer> => contoso.running.send(path, { host: 'localhost' });

describe('pages', () => {
  test('lead from the start page to the list of leads and to a lead’s form', async () => {
    expect((await visit('/')).text).toContain(`href="${ORGANIZATION}/"`);
    const start = await visit(`${ORGANIZATION}/`);
    const list = await visit(new URL(String(start.headers.location)).href.replace(/^http:\/\/[^/]+/, ''));
    const address = `main.aspx?etn=lead&#38;id=${ID}&#38;pagetype=entityrecord`;
    expect(list.text).toContain(address);
    const form = await visit(`${ORGANIZATION}/${address.replaceAll('&#38;', '&')}`);
    for (const text of ['Topic', 'Zoë', 'Web', 'Do Not Allow', 'Open', ID]) expect(form.text).toContain(text);
  });

  test('take the id in braces too, as Dynamics’ own links have it', async () => {
    const form = await visit(
      `${ORGANIZATION}/main.aspx?etn=lead&id=%7B${ID.toUpperCase()}%7D&pagetype=entityrecord`,
    );
    expect(form.status).toBe(200);
  });

  test('never run what a lead or a mail holds', async () => {
    const mails = (await contoso.running.control('GET', 'mails')).body()['mails'] as { id: string }[];
    const pages = [
      await visit(`${ORGANIZATION}/main.aspx?etn=lead&pagetype=entitylist`),
      await visit(`${ORGANIZATION}/main.aspx?etn=lead&id=${ID}&pagetype=entityrecord`),
      await visit('/mail'),
      await visit(`/mail/${mails[0]?.id}`),
    ];
    for (const shown of pages) {
      expect(shown.status).toBe(200);
      expect(shown.text).not.toContain('<script');
      expect(shown.text).toContain('&#60;script');
    }
    expect(pages[3]?.text).toMatch(/<iframe sandbox="[^"]*"/);
    expect(pages[3]?.text).not.toMatch(/allow-(scripts|same-origin|forms|top-navigation)/);
  });

  test('open a mail’s links in a tab of their own, which may run its scripts', async () => {
    const mails = (await contoso.running.control('GET', 'mails')).body()['mails'] as { id: string }[];
    const { text } = await visit(`/mail/${mails[0]?.id}`);
    expect(text).toContain('srcdoc="&#60;base target=&#34;_blank&#34;&#62;&#60;p&#62;Hello');
    expect(text).toContain('<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"');
  });

  test('name the head of a cell in the cell, for narrow windows that stack them', async () => {
    expect((await visit('/mail')).text).toContain('<td data-head="Subject"><a href="/mail/');
  });

  test('say so when there is nothing', async () => {
    const nowhere = [
      '/nonsense',
      '/mail/nonsense',
      `${ORGANIZATION}/nonsense`,
      `${ORGANIZATION}/main.aspx?id=${ID.replace('0', '1')}`,
    ];
    expect((await Promise.all(nowhere.map(visit))).map((answer) => answer.status)).toEqual([
      404, 404, 404, 404,
    ]);
  });
});
