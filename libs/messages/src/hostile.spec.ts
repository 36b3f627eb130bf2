/** Whatever strangers write into whichever field, in every message: nothing but text comes of it. */
import { describe, expect, test } from '@jest/globals';
import {
  CustomerShown,
  type CustomerDetails,
  type Incident,
  type MarketplaceLead,
  MessageLanguage,
  type Notifications,
  Trouble,
} from '@leads/contracts';
import fc from 'fast-check';
import { JSDOM } from 'jsdom';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import {
  type ComposedMail,
  composeContactRequest,
  composeDigest,
  composeIncident,
  composeNewLead,
  composeWeeklySummary,
  type NewLead,
} from './index.ts';
import { deployment, ORGANIZATION } from './testing/deployment.ts';

const ID = '0b0e4a55-0000-4000-8000-000000000001';
const AT = '2026-11-22T20:15:31.000Z';
/** What a value is known by, should it be found where it does not belong. */
const MARK = 'EVIL';

const hostile = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        `"><script>alert('${MARK}')</script>`,
        `\r\nBcc: ${MARK}@evil.example\r\n\r\n<h1>${MARK}</h1>`,
        `x\nContent-Type: text/html\n\n${MARK}`,
        'x'.repeat(10_240),
        '\u202e\u2066\u2067gnp.exe\u2069\u2069\u202c',
        '\u2069</bdi></td></table><bdi>\u2068',
        "=cmd|'/C calc'!A0",
        `"><img src=https://evil.example/${MARK}.png onerror=alert(1)>`,
        `javascript:alert('${MARK}')`,
        `<a href="https://evil.example">${MARK}</a>`,
        `&lt;b&gt;&#60;script&#62;`,
        `{{url}}{{page}}\${process.env}`,
        `--${MARK}\r\nContent-Disposition: attachment; filename=a.exe`,
        `=?utf-8?B?${Buffer.from('<script>').toString('base64')}?=`,
        `</style><style>*{background:url(https://evil.example)}</style><!--`,
        '\u0000\u0085\u2028\u2029\ud800\ufffe',
        `Z${'\u0301'.repeat(5_000)}`,
        'ליאת כהן', // kept, and set apart
        '__proto__',
        'constructor',
      ),
    },
  )
  .chain((text) => fc.constantFrom(text, `a ${text}`, `${text}${text}`));

const lead: fc.Arbitrary<MarketplaceLead> = fc.record({
  customer: fc.record<CustomerDetails>({
    firstName: hostile,
    lastName: hostile,
    email: hostile,
    phone: hostile,
    country: hostile,
    company: hostile,
    title: hostile,
  }),
  leadSource: hostile,
  actionCode: hostile,
  offerTitle: hostile,
  description: hostile,
});
const reason = fc.record({ cause: hostile, what: hostile, remedy: hostile });
const told: fc.Arbitrary<NewLead['lead']> = fc.oneof(
  fc.record({
    outcome: fc.constant('written' as const),
    leadId: fc.constant(ID),
    connectionId: fc.constant(ID),
    at: fc.constant(AT),
    attempts: fc.constant(1),
    isTest: fc.boolean(),
    lead,
    crmId: fc.oneof(fc.constant(ID), hostile),
    organization: fc.oneof(fc.constant(ORGANIZATION), hostile, fc.constant('https://evil.example')),
  }),
  fc.record({
    outcome: fc.constant('waiting' as const),
    leadId: fc.oneof(fc.constant(ID), hostile),
    isTest: fc.boolean(),
    lead,
    acceptedAt: fc.constant(AT),
    reason,
  }),
);
const notifications: fc.Arbitrary<Notifications> = fc.record({
  customer: fc.constantFrom(...CustomerShown.options),
  language: fc.constantFrom(...MessageLanguage.options),
  timeZone: fc.constantFrom('UTC', 'Asia/Tokyo'),
});
const newLead = fc.record({
  lead: told,
  offerTitle: hostile,
  connectionUrl: fc.constantFrom(ORGANIZATION, null),
  notifications,
});
const incident = fc
  .record({
    kind: fc.oneof(fc.constantFrom(...Trouble.options), hostile),
    what: hostile,
    remedy: hostile,
    by: hostile,
    id: hostile,
  })
  .map(({ kind, what, remedy, by, id }): Incident => ({
    ...{ incidentId: id, version: 1, transition: 'opened', by, at: AT, kind, cause: what },
    ...{ place: { scope: 'connection', id: ID }, state: 'open', since: AT, resolvedAt: AT, resolvedBy: by },
    ...{ connectionIds: [ID], publisherIds: ['contoso'], what, remedy, waiting: 1, dead: 1 },
  }));
const offer = fc.record({ title: hostile, organization: fc.oneof(fc.constant(ORGANIZATION), hostile) });

const mails: Record<string, fc.Arbitrary<ComposedMail>> = {
  'new lead': newLead.map((one) => composeNewLead(one, deployment)),
  digest: fc
    .record({ leads: fc.array(newLead, { minLength: 1, maxLength: 4 }), notifications })
    .map((digest) => composeDigest({ id: ID, ...digest }, deployment)),
  incident: fc
    .record({
      told: fc.constantFrom('opened' as const, 'reminded' as const, 'resolved' as const),
      incident,
      offers: fc.array(offer, { maxLength: 4 }),
      refused: fc.record({
        named: fc.array(fc.record({ company: hostile, name: hostile }), { maxLength: 2 }),
        total: fc.constant(3),
      }),
      notifications,
    })
    .map((message) => composeIncident({ id: ID, ...message }, deployment)),
  'contact request': fc
    .record({ name: hostile, id: hostile, address: hostile, token: hostile, notifications })
    .map(({ name, id, address, token, notifications: wanted }) =>
      composeContactRequest(
        {
          id: ID,
          question: { contactId: ID, publisher: { id, name }, address },
          token,
          notifications: wanted,
        },
        deployment,
      ),
    ),
  'weekly summary': fc
    .record({
      leads: fc.array(fc.record({ offerTitle: hostile, action: hostile, count: fc.nat() }), { maxLength: 3 }),
      notifications,
    })
    .map((week) =>
      composeWeeklySummary(
        {
          id: ID,
          from: '2026-11-16',
          until: '2026-11-22',
          waiting: 1,
          dead: 0,
          medianSeconds: 90,
          incidents: 0,
          ...week,
        },
        deployment,
      ),
    ),
};

/** Elements that a mail of ours has, by their attributes. */
const OURS = new Map(
  Object.entries({
    HTML: 'lang dir xmlns xmlns:v xmlns:o',
    HEAD: '',
    TITLE: '',
    META: 'http-equiv content name',
    STYLE: 'type media',
    BODY: 'class style',
    DIV: 'style class aria-label aria-roledescription role lang dir',
    TABLE: 'align border cellpadding cellspacing role style width class',
    TBODY: '',
    TR: 'class style',
    TD: 'align class style valign dir bgcolor role',
    TH: 'align class style valign dir scope width',
    ...{
      BDI: '',
      P: 'style dir',
      H1: 'style dir',
      H2: 'style',
      SPAN: 'class style',
      OL: 'style',
      LI: 'style dir',
    },
    A: 'class href style target',
  }).map(([name, attributes]) => [name, new Set(attributes.split(' '))]),
);
const LINKS = new RegExp(
  `^(${ORGANIZATION}/main\\.aspx\\?|https://console\\.example/(leads|incidents|confirm-contact))`,
);

/** Of what is hidden for Outlook alone, every comment is one of the blocks' own. */
const page = new JSDOM(
  composeWeeklySummary(
    {
      id: ID,
      from: '2026-11-16',
      until: '2026-11-22',
      leads: [],
      waiting: 0,
      dead: 0,
      medianSeconds: null,
      incidents: 0,
      notifications: { customer: 'all', language: 'en', timeZone: 'UTC' },
    },
    deployment,
  ).html,
);
const commentsIn = ({ document, NodeFilter }: JSDOM['window']): string[] => {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  const found: string[] = [];
  while (walker.nextNode()) found.push(walker.currentNode.nodeValue ?? '');
  return found;
};
const comments = commentsIn(page.window);

function expectText({ html }: ComposedMail): void {
  const { window } = new JSDOM(html);
  for (const element of window.document.querySelectorAll('*')) {
    const known = OURS.get(element.tagName);
    expect(known && element.tagName).toBe(element.tagName);
    expect(element.getAttributeNames().filter((name) => !known?.has(name))).toEqual([]);
    const href = element.getAttribute('href');
    if (href !== null) expect(href).toMatch(LINKS);
    if (!['DIV', 'HTML'].includes(element.tagName))
      expect(element.getAttribute('style') ?? '').not.toMatch(/url|expression|x{20}/);
  }
  expect(commentsIn(window)).toEqual(comments);
  expect(window.document.querySelectorAll('style').length).toBe(
    page.window.document.querySelectorAll('style').length,
  );
  // Nothing is left of what reorders, and what we set apart is elements.
  expect(window.document.body.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/u);
  expect(html.length).toBeLessThan(102_400);
}

function expectLine({ subject, text }: ComposedMail): void {
  expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
  expect([...subject].length).toBeLessThanOrEqual(250);
  expect(subject.isWellFormed() && text.isWellFormed()).toBe(true);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066\u2067]/u);
  const open = text.split('\u2068').length;
  expect(text.split('\u2069').length).toBe(open);
  for (const line of text.split('\n')) expect(line.split('\u2068').length).toBe(line.split('\u2069').length);
  for (const [, url] of text.matchAll(/^[^\n:：]+(?: ?:|：) (\S+:\/\/\S+)$/gmu)) {
    if (/console|main\.aspx/.test(url ?? '')) expect(url).toMatch(LINKS);
  }
}

async function expectMime({ subject, text, html, id, idHeader }: ComposedMail): Promise<void> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const sent = await transport.sendMail({
    ...{
      from: 'leads@contoso.example',
      to: 'ann@contoso.example',
      subject,
      text,
      html,
      headers: { [idHeader]: id },
    },
  });
  const mail = await simpleParser(sent.message);
  expect([...mail.headers.keys()].sort()).toEqual(
    [
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
      idHeader.toLowerCase(),
    ].sort(),
  );
  expect(mail.attachments).toEqual([]);
  expect(mail.subject?.replace(/\s+/g, ' ')).toBe(subject.replace(/\s+/g, ' '));
  expect(mail.text).toBe(text);
  expect(String(mail.html).trimEnd()).toBe(html.trimEnd());
}

describe.each(Object.keys(mails))('whatever stands in a field of the message: %s', (name) => {
  const mail = mails[name] as fc.Arbitrary<ComposedMail>;

  test('the HTML has no element, attribute, link or comment but its own', () => {
    fc.assert(fc.property(mail, expectText), { numRuns: 15 });
  }, 60_000);

  test('subject and text are lines without what breaks or reorders them, and of bounded length', () => {
    fc.assert(fc.property(mail, expectLine), { numRuns: 100 });
  }, 60_000);

  test('what a mail program reads of it are its own headers and two parts', async () => {
    await fc.assert(fc.asyncProperty(mail, expectMime), { numRuns: 15 });
  }, 60_000);
});
