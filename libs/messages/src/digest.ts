/** Several leads in one message, with a table: what comes in a flood, or after an outage. */
import type { Notifications } from '@leads/contracts';
import { actionOf, kindMarks, offerOf, shownOf } from './customer.ts';
import type { Deployment } from './deployment.ts';
import { type ComposedMail, layOut, type MessageParts, subjectOf } from './lay-out.ts';
import { consolePage } from './links.ts';
import type { NewLead } from './new-lead.ts';
import { type Telling, tellingOf } from './telling.ts';

export interface Digest {
  /** The message's own id. */
  id: string;
  /** In the order in which they came. */
  leads: readonly Pick<NewLead, 'lead' | 'offerTitle'>[];
  /** How many there are, where these are not all. */
  total?: number;
  notifications: Notifications;
}

/** More rows than anybody reads in a mail; the console has the rest. */
const MOST_ROWS = 50;
const MOST_OFFERS = 3;

/** Composes it. */
export function composeDigest(
  { id, leads, total, notifications }: Digest,
  deployment: Deployment,
): ComposedMail {
  const telling = tellingOf(notifications);
  const { texts } = telling;
  const count = Math.max(total ?? 0, leads.length);
  const times = leads.map(cameAt).sort();
  const waiting = leads.filter(({ lead }) => lead.outcome === 'waiting').length;
  const title = texts.digest.title(count, offersOf(leads, telling));
  const rows = leads.slice(0, MOST_ROWS).map((one) => rowOf(one, notifications, telling));
  const parts: MessageParts = {
    title,
    marks: [
      ['plain', texts.marks.leads(count)],
      waiting > 0 ? ['wait', texts.marks.waiting] : ['good', texts.marks.written],
    ],
    lead: texts.digest.lead,
    notices: waiting > 0 ? [texts.digest.notice(waiting)] : [],
    facts: [[texts.names.acted, telling.span(times[0], times.at(-1))]],
    grid: {
      columns: [
        { name: texts.names.when },
        { name: notifications.customer === 'none' ? texts.names.offer : texts.names.customer },
        { name: texts.names.action, isWide: true },
        { name: texts.names.state, isTight: true },
      ],
      rows,
      more: count > rows.length ? texts.digest.more(count - rows.length) : '',
    },
    links: [[texts.links.leads, consolePage(deployment, '/leads')]],
    reason: texts.footer.reason,
  };
  return {
    id,
    idHeader: 'X-Digest-Id',
    subject: subjectOf(title),
    ...layOut(parts, telling.language, deployment),
  };
}

type One = Digest['leads'][number];

function cameAt({ lead }: One): string {
  return lead.receivedAt ?? (lead.outcome === 'waiting' ? lead.acceptedAt : lead.at);
}

function rowOf(one: One, { customer }: Notifications, telling: Telling): string[] {
  const { lead, offerTitle } = one;
  const { texts } = telling;
  const { who, country } = shownOf(lead.lead, customer, telling);
  const what = customer === 'none' ? [offerOf(offerTitle, lead.lead, telling)] : [who, country];
  const marks = kindMarks(lead.lead, lead.isTest, telling).map(([, text]) => text);
  return [
    telling.briefly(cameAt(one)),
    [...marks, ...what].filter(Boolean).join(', '),
    actionOf(lead.lead, telling),
    lead.outcome === 'waiting' ? texts.marks.waiting : texts.marks.written,
  ];
}

function offersOf(leads: Digest['leads'], telling: Telling): string {
  const titles = [...new Set(leads.map(({ lead, offerTitle }) => offerOf(offerTitle, lead.lead, telling)))];
  const [first = telling.texts.lead.yourOffer] = titles;
  return titles.length > MOST_OFFERS
    ? telling.texts.incident.offers(first, titles.length - 1)
    : telling.list(titles.length === 0 ? [first] : titles);
}
