/** A contact outside the publisher's domains, from outside: asked by one mail, and told of leads once they say yes. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contoso, eventually, people } from '@leads/testing';
import { publishConnection, startTestStack, type TestStack, untilAccepted } from '@leads/tools';
import type { Browser } from 'playwright-core';
import { axeFaults, tooWide } from './browser/look-at.ts';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';
import { leadNumber, post } from './marketplace.ts';

const [OWN, ELSEWHERE] = ['sales@contoso.example', 'ann@partner.example'];

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

const mailsTo = async (address: string) =>
  (await stack.emulators.control.mails()).filter(({ to }) => to.includes(address));
/** Of which leads somebody was told. */
const leadsTold = async (address: string) =>
  (await mailsTo(address)).flatMap(({ headers }) => headers['x-lead-id'] ?? []);

test('gets nothing of any customer until they have confirmed, and then what waited', async () => {
  const { connectionId, leadAddress } = await publishConnection(stack.credentialsApi, {
    ...contoso,
    offer: { id: 'contoso-partners', title: 'Contoso Partners' },
    contactEmails: `${OWN};${ELSEWHERE}`,
  });
  await untilAccepted(leadAddress);
  const leadId = await post(leadAddress, leadNumber(1));
  const request = await eventually(
    async () => {
      const [asked, ...others] = await mailsTo(ELSEWHERE);
      expect(others).toEqual([]);
      expect(await leadsTold(OWN)).toEqual([leadId]);
      if (!asked) throw new Error('Nobody was asked.');
      return asked;
    },
    { timeoutMs: 60_000 },
  );
  expect(request.subject).toBe('Confirm that you want to get mail about leads of Contoso');
  expect(JSON.stringify(request)).not.toMatch(/Trujillo|Adatum/i);

  const link = /https?:\/\/\S+\/confirm-contact#[\w.-]+/.exec(request.text)?.[0] ?? '';
  const token = new URL(link).hash.slice(1);
  const page = await (await personAt(browser)).newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Mails about leads of Contoso?' }).waitFor();
  await page.getByText(ELSEWHERE).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect(await tooWide(page)).toEqual([]);
  // What looks into mails opens links: that answers nothing.
  expect(await mailsTo(ELSEWHERE)).toHaveLength(1);
  await page.getByRole('button', { name: 'Yes, send me these mails' }).click();
  await page.getByRole('heading', { name: 'You get these mails' }).waitFor();
  await eventually(async () => expect(await leadsTold(ELSEWHERE)).toEqual([leadId]), { timeoutMs: 30_000 });
  const next = await post(leadAddress, leadNumber(2));
  await eventually(
    async () => {
      for (const address of [OWN, ELSEWHERE]) expect(await leadsTold(address)).toContain(next);
    },
    { timeoutMs: 30_000 },
  );
  // The publisher sees how each of them stands.
  const publisher = await (await personAt(browser)).newPage();
  publisher.setDefaultTimeout(30_000);
  await signIn(publisher, stack.services.portal.url, people.owner, `/offers/${connectionId}`);
  const contacts = publisher.getByRole('list', { name: 'Contacts' });
  await contacts.getByRole('listitem').filter({ hasText: OWN }).getByText('Own domain').waitFor();
  await contacts.getByRole('listitem').filter({ hasText: ELSEWHERE }).getByText('Confirmed').waitFor();
  await publisher.goto(`${stack.services.portal.url}/leads/${leadId}`);
  await publisher.getByText(`${ELSEWHERE} — waits until they confirm that they want mails`).waitFor();

  if (stack.broker.secured) {
    const known = new Map([
      ['the token of the link', token],
      ['the address of the contact', ELSEWHERE],
    ]);
    expect((await stack.findLeaks({ known })).logs).toEqual([]);
  }
}, 240_000);
