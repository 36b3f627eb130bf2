/** What a mail about a lead says. Everything the customer typed is text here: it cannot become a header or HTML. */
import { describeAction, isDoNotContact, type LeadWritten, readLeadOrigin } from '@leads/contracts';
import type { z } from 'zod';
import { html, type Html, oneLine, severalLines } from './mail-text.ts';

export interface ComposedMail {
  leadId: string;
  /** One line. */
  subject: string;
  text: string;
  html: string;
}

export interface MailAbout {
  outcome: z.infer<typeof LeadWritten>;
  /** The offer's title as its publisher knows it. */
  offerTitle: string;
  /** Where links to records lead, followed by the organisation's host; `undefined`: to the organisation. */
  linkBase: string | undefined;
}

/** Composes the mail about one written lead. */
export function composeMail({ outcome, offerTitle, linkBase }: MailAbout): ComposedMail {
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
  const rows = (
    [
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
    ] as const
  ).filter(([, value]) => value !== '');
  const notes = severalLines(lead.description);
  const link = recordLink(outcome.organization, outcome.crmId, linkBase);
  const reason =
    'You get this mail because your address is a contact e-mail of this offer’s lead destination. ' +
    'It can be changed in the offer’s connection details.';

  return {
    leadId,
    subject: oneLine(marks + title, 250),
    text: asText({ warnings, title, rows, notes, link, reason }),
    html: asHtml({ warnings, title, rows, notes, link, reason }),
  };
}

/**
 * The address of a lead's form in Dynamics 365.
 * @param linkBase see {@link MailAbout.linkBase}
 */
export function recordLink(organization: string, crmId: string, linkBase: string | undefined): string {
  const { origin, host } = new URL(organization);
  const start = linkBase === undefined ? origin : `${linkBase.replace(/\/+$/, '')}/${host}`;
  return `${start}/main.aspx?etn=lead&id=${encodeURIComponent(crmId)}&pagetype=entityrecord`;
}

/** The parts of a mail, each already plain text of one line, but for the notes. */
interface Parts {
  warnings: string[];
  title: string;
  rows: readonly (readonly [name: string, value: string])[];
  notes: string;
  link: string;
  reason: string;
}

function asText({ warnings, title, rows, notes, link, reason }: Parts): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    ...warnings.flatMap((warning) => [warning, '']),
    title,
    '',
    ...rows.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`),
    ...(notes === '' ? [] : ['', 'Notes:', ...notes.split('\n').map((line) => `  ${line}`)]),
    '',
    `Open the lead in Dynamics 365: ${link}`,
    '',
    '-- ',
    reason,
    '',
  ].join('\n');
}

function asHtml({ warnings, title, rows, notes, link, reason }: Parts): string {
  const cell = 'padding:2px 16px 2px 0;vertical-align:top';
  const page: Html = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
      </head>
      <body style="font-family:Segoe UI,Arial,sans-serif;font-size:14px;color:#242424">
        ${warnings.map((warning) => html`<p style="padding:8px;background:#fde7e9"><strong>${warning}</strong></p> `)}
        <h1 style="font-size:18px">${title}</h1>
        <table style="border-collapse:collapse">
          ${rows.map(
            ([name, value]) =>
              html`<tr>
                <td style="${cell};color:#616161">${name}</td>
                <td style="${cell}">${value}</td>
              </tr> `,
          )}
        </table>
        ${
          notes === ''
            ? []
            : [
                html`<p style="color:#616161">Notes</p>
                  <p style="white-space:pre-wrap">${notes}</p>`,
              ]
        }
        <p><a href="${link}">Open the lead in Dynamics 365</a></p>
        <p style="color:#616161;font-size:12px">${reason}</p>
      </body>
    </html> `;
  return page.markup;
}

function bracketed(value: string): string {
  return value === '' ? '' : `(${value})`;
}

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

function whenInWords(at: Date): string {
  return `${TIME.format(at)} UTC`;
}
