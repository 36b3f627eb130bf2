/** A week of a connection in one message, for those who want it: how many leads came, and how they fared. */
import type { Notifications } from '@leads/contracts';
import { actionInWords } from './customer.ts';
import type { Deployment } from './deployment.ts';
import { type ComposedMail, layOut, type MessageParts, subjectOf } from './lay-out.ts';
import { consolePage } from './links.ts';
import { isolated, mailLine } from './plain.ts';
import { type Telling, tellingOf } from './telling.ts';

export interface WeeklySummary {
  /** The message's own id. */
  id: string;
  /** Its first and its last day, as `2026-11-23`. */
  from: string;
  until: string;
  /** How many leads came, by offer and by the code of what the customer did. */
  leads: readonly { offerTitle: string; action: string; count: number }[];
  /** How many wait, and how many are dead, at its end. */
  waiting: number;
  dead: number;
  /** From coming to being written, in seconds; `null` where none was written. */
  medianSeconds: number | null;
  /** How many incidents began. */
  incidents: number;
  notifications: Notifications;
}

const MOST_ROWS = 50;

/** Composes it. */
export function composeWeeklySummary(summary: WeeklySummary, deployment: Deployment): ComposedMail {
  const { id, from, until, leads, waiting, dead, medianSeconds, incidents } = summary;
  const telling = tellingOf(summary.notifications);
  const { texts } = telling;
  const title = texts.week.title(telling.days(from, until));
  const total = leads.reduce((sum, { count }) => sum + count, 0);
  const rows = leads.map(({ offerTitle, action, count }) => [
    isolated(mailLine(offerTitle)) || texts.incident.untitled,
    actionInWords(action, telling),
    String(count),
  ]);
  const parts: MessageParts = {
    title,
    marks: [['plain', texts.marks.week], ...(waiting > 0 ? [['wait', texts.marks.waiting] as const] : [])],
    lead: total === 0 ? texts.week.none : texts.week.lead(total),
    facts: [
      [texts.names.waiting, String(waiting)],
      [texts.names.dead, String(dead)],
      [texts.names.medianTime, medianSeconds === null ? '' : lasting(medianSeconds, telling)],
      [texts.names.incidents, String(incidents)],
    ],
    ...(rows.length > 0 && {
      grid: {
        columns: [{ name: texts.names.offer }, { name: texts.names.action }, { name: texts.names.leads }],
        rows: rows.slice(0, MOST_ROWS),
        more: rows.length > MOST_ROWS ? texts.incident.more(rows.length - MOST_ROWS) : '',
      },
    }),
    links: [[texts.links.leads, consolePage(deployment, '/leads')]],
    reason: texts.footer.reason,
  };
  const subject = subjectOf(title);
  return { id, idHeader: 'X-Summary-Id', subject, ...layOut(parts, telling.language, deployment) };
}

/** In the largest unit of which there are two at least. */
function lasting(seconds: number, { texts: { week } }: Telling): string {
  if (seconds < 120) return week.seconds(Math.round(seconds));
  return seconds < 7_200 ? week.minutes(Math.round(seconds / 60)) : week.hours(Math.round(seconds / 3_600));
}
