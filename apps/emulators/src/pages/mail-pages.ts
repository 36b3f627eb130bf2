/** The inbox as pages: a list, and one mail with its text, HTML and headers. */
import type { Mail } from '../inbox/mailbox.ts';
import { escape, facts, link, page, table, timeOf } from './layout.ts';

const SHOWN = 500;

export function mailList(mails: readonly Mail[]): string {
  const latest = mails.slice(-SHOWN).reverse();
  const rows = latest.map((mail) => [
    timeOf(mail.receivedAt),
    escape(mail.to.join(', ')),
    link(`/mail/${mail.id}`, mail.subject || '(no subject)'),
  ]);
  const note = mails.length > SHOWN ? `<p class="quiet">The latest ${SHOWN} of ${mails.length}.</p>` : '';
  return page(
    'Mail inbox',
    `<section><h1>Mail inbox</h1>${table(['Received', 'To', 'Subject'], rows, 'No mail has arrived yet.')}${note}</section>`,
  );
}

export function mailPage(mail: Mail): string {
  const headers = Object.entries(mail.headers).map(([name, value]) => [name, escape(value)] as const);
  // The mail's own HTML is shown without scripts, forms and origin. Its links open in a tab of their own, which
  // the frame's sandbox does not bind: the page they lead to needs its scripts.
  const rendered = mail.html
    ? `<section><h2>HTML</h2><iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML of the mail" srcdoc="${escape(`<base target="_blank">${mail.html}`)}"></iframe></section>`
    : '';
  return page(
    mail.subject || '(no subject)',
    `<section><h1>${escape(mail.subject || '(no subject)')}</h1>${facts([
      ['From', escape(mail.from)],
      ['To', escape(mail.to.join(', '))],
      ['Received', escape(mail.receivedAt)],
    ])}</section><section><h2>Text</h2><pre>${linked(mail.text)}</pre></section>${rendered}<section><h2>Headers</h2>${facts(headers)}</section>`,
  );
}

function linked(text: string): string {
  return escape(text).replace(
    /https?:\/\/[^\s<>&]+(?:&#38;[^\s<>&]+)*/g,
    (address) => `<a href="${address}">${address}</a>`,
  );
}
