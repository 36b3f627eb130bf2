/** What a mail about a lead says. Everything the customer typed is text here: it cannot become a header or HTML. */
import {
  countryName,
  describeAction,
  isForAnotherPartner,
  type LeadWritten,
  readLeadOrigin,
  recordLink,
} from '@leads/contracts';
import type { z } from 'zod';
import { type ComposedMail, layOutMail, whenInWords } from './lay-out-mail.ts';
import { mailLine, mailLines } from './mail-text.ts';

export interface LeadMail {
  outcome: z.infer<typeof LeadWritten>;
  /** The offer's title as its publisher knows it. */
  offerTitle: string;
  /** The organisation's origin as the connection has it; `null` where that is not known. */
  connectionUrl: string | null;
  /** Where links to records lead, followed by the organisation's host; `undefined`: to the organisation. */
  linkBase: string | undefined;
}

/** Composes the mail about one written lead. */
export function composeLeadMail({ outcome, offerTitle, connectionUrl, linkBase }: LeadMail): ComposedMail {
  const { lead, isTest, leadId } = outcome;
  const { customer } = lead;
  const origin = readLeadOrigin(lead);
  const isOthers = isForAnotherPartner(lead);
  const company = mailLine(customer.company);
  const fullName = mailLine(`${customer.firstName} ${customer.lastName}`);
  const who =
    fullName || mailLine(customer.email) || mailLine(customer.phone) || 'a customer who left no name';
  const offer = mailLine(offerTitle) || mailLine(lead.offerTitle) || 'your offer';

  const marks = [isTest ? '[Test] ' : '', isOthers ? '[Another partner] ' : ''].join('');
  const title = `New lead for ${offer}: ${[who, company].filter(Boolean).join(', ')}`;
  const warnings = [
    ...(isOthers
      ? [
          'Nothing to do: this customer asked another partner, who stands on the page of your offer too. They have not opted out of anything.',
        ]
      : []),
    ...(isTest ? ['This is a test lead. No customer is behind it.'] : []),
  ];
  const rows = [
    ['Name', fullName],
    ['Job title', mailLine(customer.title)],
    ['Company', company],
    ['E-mail', mailLine(customer.email)],
    ['Phone', mailLine(customer.phone)],
    ['Country', mailLine(countryName(customer.country))],
    ['What they did', mailLine(describeAction(origin.action))],
    ['Where', mailLine(origin.source)],
    [
      'Offer',
      [mailLine(lead.offerTitle) || offer, bracketed(mailLine(origin.offer))].filter(Boolean).join(' '),
    ],
    ['They asked', outcome.receivedAt === undefined ? '' : whenInWords(new Date(outcome.receivedAt))],
    ['In Dynamics 365 since', whenInWords(new Date(outcome.at))],
  ] as const;
  const notes = mailLines(lead.description);
  const url = recordLink(outcome, connectionUrl, linkBase);

  return {
    id: leadId,
    idHeader: 'X-Lead-Id',
    subject: mailLine(marks + title, 250),
    ...layOutMail({
      warnings,
      title,
      rows,
      notes,
      ...(url !== undefined && { link: { name: 'Open the lead in Dynamics 365', url } }),
    }),
  };
}

function bracketed(value: string): string {
  return value === '' ? '' : `(${value})`;
}
