/** How a mail looks: the same parts as plain text and as HTML, where everything from outside is escaped. */
import { html, type Html } from './mail-text.ts';

/** A mail as it goes to the mail server. */
export interface ComposedMail {
  /** Of what the mail is about: the same each time it is sent, so that a repeat can be told. */
  id: string;
  /** The header that carries the id. */
  idHeader: 'X-Lead-Id' | 'X-Incident-Id' | 'X-Contact-Request-Id';
  /** What the header carries, where that is not the id itself. */
  about?: string;
  /** One line. */
  subject: string;
  text: string;
  html: string;
}

/** The parts of a mail, each already plain text of one line, but for the notes. */
export interface MailParts {
  warnings: string[];
  title: string;
  /** Those without a value are left out. */
  rows: readonly (readonly [name: string, value: string])[];
  /** What to do, one after the other; none where there is nothing to do. */
  steps?: readonly string[];
  /** Empty where there are none. */
  notes: string;
  link?: { name: string; url: string };
  /** Why somebody gets it, at its end; unless given, because they are a contact. */
  reason?: string;
}

const REASON =
  'You get this mail because your address is a contact e-mail of this offer’s lead destination. ' +
  'It can be changed in the offer’s connection details.';

/** Lays the parts out, once as text and once as HTML. */
export function layOutMail(parts: MailParts): Pick<ComposedMail, 'text' | 'html'> {
  const filled = { ...parts, rows: parts.rows.filter(([, value]) => value !== '') };
  return { text: asText(filled), html: asHtml(filled) };
}

function asText({ warnings, title, rows, steps = [], notes, link, reason = REASON }: MailParts): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    ...warnings.flatMap((warning) => [warning, '']),
    title,
    '',
    ...rows.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`),
    ...(steps.length === 0
      ? []
      : ['', 'What to do:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)]),
    ...(notes === '' ? [] : ['', 'Notes:', ...notes.split('\n').map((line) => `  ${line}`)]),
    ...(link ? ['', `${link.name}: ${link.url}`] : []),
    '',
    '-- ',
    reason,
    '',
  ].join('\n');
}

function asHtml({ warnings, title, rows, steps = [], notes, link, reason = REASON }: MailParts): string {
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
          steps.length === 0
            ? []
            : [
                html`<p style="color:#616161">What to do</p>
                  <ol>
                    ${steps.map((step) => html`<li>${step}</li> `)}
                  </ol>`,
              ]
        }
        ${
          notes === ''
            ? []
            : [
                html`<p style="color:#616161">Notes</p>
                  <p style="white-space:pre-wrap">${notes}</p>`,
              ]
        }
        ${link ? [html`<p><a href="${link.url}">${link.name}</a></p>`] : []}
        <p style="color:#616161;font-size:12px">${reason}</p>
      </body>
    </html> `;
  return page.markup;
}

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** A point in time as people read it, in UTC. */
export function whenInWords(at: Date): string {
  return `${TIME.format(at)} UTC`;
}
