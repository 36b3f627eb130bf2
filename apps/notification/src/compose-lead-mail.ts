/** What a mail about a lead says. Everything the customer typed is text here: it cannot become a header or HTML. */
import { describeAction, isDoNotContact, type LeadWritten, readLeadOrigin } from '@leads/contracts';
import type { z } from 'zod';
import { type ComposedMail, layOutMail, whenInWords } from './lay-out-mail.ts';
import { oneLine, severalLines } from './mail-text.ts';

export interface LeadMail {
  outcome: z.infer<typeof LeadWritten>;
  /** The offer's title as its publisher knows it. */
  offerTitle: string;
  /** Where links to records lead, followed by the organisation's host; `undefined`: to the organisation. */
  linkBase: string | undefined;
}

/** Composes the mail about one written lead. */
export function composeLeadMail({ outcome, offerTitle, linkBase }: LeadMail): ComposedMail {
  const { lead, isTest, leadId } = outcome;
  const { customer } = lead;
  const origin = readLeadOrigin(lead);
  const doNotContact = isDoNotContact(lead);
  const company = oneLine(customer.company);
  const fullName = oneLine(`${customer.firstName} ${customer.lastName}`);
  const who = fullName || oneLine(customer.email) || oneLine(customer.phone) || 'a customer who left no name';
  const offer = oneLine(offerTitle) || oneLine(lead.offerTitle) || 'your offer';

  const marks = [isTest ? '[Test] ' : '', doNotContact ? '[Do not contact] ' : ''].join('');
  const title = `New lead for ${offer}: ${[who, company].filter(Boolean).join(', ')}`;
  const warnings = [
    ...(doNotContact ? ['Do not contact this customer: they asked not to be contacted.'] : []),
    ...(isTest ? ['This is a test lead. No customer is behind it.'] : []),
  ];
  const rows = [
    ['Name', fullName],
    ['Job title', oneLine(customer.title)],
    ['Company', company],
    ['E-mail', oneLine(customer.email)],
    ['Phone', oneLine(customer.phone)],
    ['Country', oneLine(customer.country)],
    ['What they did', oneLine(describeAction(origin.action))],
    ['Where', oneLine(origin.source)],
    [
      'Offer',
      [oneLine(lead.offerTitle) || offer, bracketed(oneLine(origin.offer))].filter(Boolean).join(' '),
    ],
    ['In Dynamics 365 since', whenInWords(new Date(outcome.at))],
  ] as const;
  const notes = severalLines(lead.description);
  const link = recordLink(outcome.organization, outcome.crmId, linkBase);

  return {
    id: leadId,
    idHeader: 'X-Lead-Id',
    subject: oneLine(marks + title, 250),
    ...layOutMail({
      warnings,
      title,
      rows,
      notes,
      link: { name: 'Open the lead in Dynamics 365', url: link },
    }),
  };
}

/**
 * The address of a lead's form in Dynamics 365.
 * @param linkBase see {@link LeadMail.linkBase}
 */
export function recordLink(organization: string, crmId: string, linkBase: string | undefined): string {
  const { origin, host } = new URL(organization);
  const start = linkBase === undefined ? origin : `${linkBase.replace(/\/+$/, '')}/${host}`;
  return `${start}/main.aspx?etn=lead&id=${encodeURIComponent(crmId)}&pagetype=entityrecord`;
}

function bracketed(value: string): string {
  return value === '' ? '' : `(${value})`;
}
