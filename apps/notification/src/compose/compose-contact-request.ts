/** What the mail says that asks a contact whether they want mails about leads: nothing of any customer. */
import type { ContactQuestion } from '@leads/contracts';
import { type ComposedMail, layOutMail } from './lay-out-mail.ts';
import { mailLine } from './mail-text.ts';

export interface ContactRequest {
  /** The mail's own id. */
  id: string;
  question: ContactQuestion;
  /** What the link carries after its `#`, which no browser sends to a server. */
  token: string;
  /** Where the console is. */
  consoleUrl: string;
}

/** A name that somebody chose stands in a mail to somebody who may not know them: it is kept short. */
const LONGEST_NAME = 80;

/** Composes it. */
export function composeContactRequest({ id, question, token, consoleUrl }: ContactRequest): ComposedMail {
  const { publisher, address } = question;
  const name = mailLine(publisher.name, LONGEST_NAME) || mailLine(publisher.id, LONGEST_NAME);
  const title = `Confirm that you want to get mail about leads of ${name}`;
  return {
    id,
    idHeader: 'X-Contact-Request-Id',
    subject: mailLine(title, 250),
    ...layOutMail({
      warnings: [],
      title,
      rows: [
        ['Publisher', name],
        ['Your address', mailLine(address)],
        ['If you confirm', 'You get a mail for each customer who asks about an offer of this publisher.'],
        ['If you do nothing', 'You get no such mails.'],
        ['The link is good for', '14 days'],
      ],
      notes: '',
      link: {
        name: 'Say yes or no',
        url: `${new URL('/confirm-contact', consoleUrl).href}#${token}`,
      },
      reason:
        `You get this one mail because somebody of ${name} entered your address as a contact for the leads ` +
        'of an offer. If you do not know them, do nothing, or follow the link and say no.',
    }),
  };
}
