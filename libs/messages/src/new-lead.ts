/** The message about one lead: who asked for what and when, and whether it is in Dynamics 365 or waits and why. */
import {
  isForAnotherPartner,
  type LeadWritten,
  type MarketplaceLead,
  type Notifications,
  type Reason,
  readLeadOrigin,
} from '@leads/contracts';
import type { z } from 'zod';
import { actionOf, kindMarks, offerOf, shownOf } from './customer.ts';
import type { Deployment } from './deployment.ts';
import { type ComposedMail, layOut, type MessageParts, subjectOf } from './lay-out.ts';
import { consolePage, recordPage } from './links.ts';
import { isolated, mailLine } from './plain.ts';
import { tellingOf } from './telling.ts';
import { whyItWaits } from './why-it-waits.ts';

/** A lead that people are told of before it is written. */
export interface WaitingLead {
  outcome: 'waiting';
  leadId: string;
  isTest: boolean;
  lead: MarketplaceLead;
  receivedAt?: string | undefined;
  /** Since when it waits. */
  acceptedAt: string;
  /** Absent where nobody has said why. */
  reason?: Reason | undefined;
}

export interface NewLead {
  lead: z.infer<typeof LeadWritten> | WaitingLead;
  /** The offer's title as its publisher knows it. */
  offerTitle: string;
  /** The organization's origin as the connection has it; `null` where that is not known. */
  connectionUrl: string | null;
  notifications: Notifications;
}

/** Composes it. */
export function composeNewLead(
  { lead: told, offerTitle, connectionUrl, notifications }: NewLead,
  deployment: Deployment,
): ComposedMail {
  const { lead, isTest, leadId } = told;
  const telling = tellingOf(notifications);
  const { texts } = telling;
  const shown = shownOf(lead, notifications.customer, telling);
  const isOthers = isForAnotherPartner(lead);
  const isWaiting = told.outcome === 'waiting';
  const offer = offerOf(offerTitle, lead, telling);
  const title = texts.lead[isWaiting ? 'waits' : 'title'](offer, shown.who);
  const kinds = kindMarks(lead, isTest, telling);
  const console = [texts.links.lead, consolePage(deployment, `/leads/${leadId}`)] as const;
  const parts: MessageParts = {
    title,
    marks: [
      ...kinds,
      isWaiting ? (['wait', texts.marks.waiting] as const) : (['good', texts.marks.written] as const),
    ],
    notices: [
      ...(isTest ? [texts.lead.testNotice] : []),
      ...(isOthers ? [texts.lead.otherPartnerNotice] : []),
      ...(isWaiting && !isOthers ? [texts.lead.waitsNotice] : []),
    ],
    facts: [
      [texts.names.name, shown.name],
      [texts.names.jobTitle, shown.jobTitle],
      [texts.names.company, shown.company],
      [texts.names.email, shown.email],
      [texts.names.phone, shown.phone],
      [texts.names.country, shown.country],
      [texts.names.action, actionOf(lead, telling)],
      [texts.names.source, isolated(mailLine(readLeadOrigin(lead).source))],
      [texts.names.offer, offerInFull(offerTitle, lead, offer)],
      [texts.names.acted, told.receivedAt === undefined ? '' : telling.when(told.receivedAt)],
      ...(told.outcome === 'waiting'
        ? ([
            [texts.names.waitsSince, telling.when(told.acceptedAt)],
            [texts.names.whyItWaits, whyItWaits(told.reason, telling)],
          ] as const)
        : ([[texts.names.writtenAt, telling.when(told.at)]] as const)),
    ],
    notes: shown.notes,
    links: [
      ...(told.outcome === 'waiting'
        ? []
        : [[texts.links.record, recordPage(deployment, told, connectionUrl)] as const]),
      console,
    ],
    reason: texts.footer.reason,
  };
  const subject = subjectOf(`${kinds.map(([, mark]) => `[${mark}] `).join('')}${title}`);
  return { id: leadId, idHeader: 'X-Lead-Id', subject, ...layOut(parts, telling.language, deployment) };
}

/** With the marketplace's title and id of it, where these say more. */
function offerInFull(title: string, lead: MarketplaceLead, offer: string): string {
  const theirs = isolated(mailLine(lead.offerTitle));
  const id = isolated(mailLine(readLeadOrigin(lead).offer));
  const named = theirs === '' || theirs === isolated(mailLine(title)) ? offer : theirs;
  return [named, id && `(${id})`].filter(Boolean).join(' ');
}
