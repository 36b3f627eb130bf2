/** What the mail says that asks a contact whether they want mails about leads: nothing of any customer. */
import type { ContactQuestion, Notifications } from '@leads/contracts';
import type { Deployment } from './deployment.ts';
import { type ComposedMail, layOut, type MessageParts, subjectOf } from './lay-out.ts';
import { consolePage } from './links.ts';
import { isolated, mailLine } from './plain.ts';
import { tellingOf } from './telling.ts';

export interface ContactRequest {
  /** The mail's own id. */
  id: string;
  question: ContactQuestion;
  /** What the link carries after its `#`, which no browser sends to a server. */
  token: string;
  notifications: Notifications;
}

/** A name that somebody chose stands in a mail to somebody who may not know them: it is kept short. */
const LONGEST_NAME = 80;
/** For as long the link is signed. */
const GOOD_FOR_DAYS = 14;

/** Composes it. */
export function composeContactRequest(
  { id, question: { publisher, address }, token, notifications }: ContactRequest,
  deployment: Deployment,
): ComposedMail {
  const { language, texts } = tellingOf(notifications);
  const name = isolated(mailLine(publisher.name, LONGEST_NAME) || mailLine(publisher.id, LONGEST_NAME));
  const title = texts.request.title(name);
  const page = `/confirm-contact#${encodeURIComponent(token.toWellFormed())}` as const;
  const parts: MessageParts = {
    title,
    marks: [['wait', texts.marks.confirm]],
    facts: [
      [texts.names.publisher, name],
      [texts.names.yourAddress, isolated(mailLine(address))],
      [texts.names.ifConfirmed, texts.request.ifConfirmed],
      [texts.names.ifNothing, texts.request.ifNothing],
      [texts.names.goodFor, texts.request.days(GOOD_FOR_DAYS)],
    ],
    links: [[texts.links.answer, consolePage(deployment, page)]],
    reason: texts.request.reason(name),
  };
  const subject = subjectOf(title);
  return { id, idHeader: 'X-Contact-Request-Id', subject, ...layOut(parts, language, deployment) };
}
