/** How a message looks: the same parts as plain text and as HTML, in the language and under the brand that are wanted. */
import type { MessageLanguage } from '@leads/contracts';
import type { Texts } from './catalogue/en.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { type Brand, type Deployment, onColour } from './deployment.ts';
import { bidi, fill, type Html } from './fill.ts';
import type { Address } from './links.ts';
import { mailLine, unmarked } from './plain.ts';

/** A mail as it goes to the mail server. */
export interface ComposedMail {
  /** Of what the mail is about: the same each time it is sent, so that a repeat can be told. */
  id: string;
  /** The header that carries the id. */
  idHeader: 'X-Lead-Id' | 'X-Incident-Id' | 'X-Contact-Request-Id' | 'X-Digest-Id' | 'X-Summary-Id';
  /** What the header carries, where that is not the id itself. */
  about?: string;
  /** One line. */
  subject: string;
  text: string;
  html: string;
  /** Pictures that the HTML shows by their `cid`. */
  attachments: Attachment[];
}

export interface Attachment {
  cid: string;
  filename: string;
  content: Buffer;
  contentType: string;
}

type Tone = 'good' | 'wait' | 'bad' | 'plain';

/** The parts of a message, each plain text already; sentences may have values set apart in them (`isolated`). */
export interface MessageParts {
  title: string;
  /** What it is about at a glance. */
  marks: readonly (readonly [tone: Tone, text: string])[];
  lead?: string;
  notices?: readonly string[];
  /** Those without a value are left out. */
  facts: readonly (readonly [name: string, value: string])[];
  grid?: Grid;
  /** What to do, one after the other. */
  steps?: readonly string[];
  /** Of several lines; empty where there are none. */
  notes?: string;
  /** The first is the one to follow; those that lead nowhere are left out. */
  links: readonly (readonly [name: string, address: Address | undefined])[];
  /** Why somebody gets it, at its end. */
  reason: string;
}

/** A table of what is alike. */
interface Grid {
  /** What has no room on a telephone is left out there (`isWide`); what is `isTight` stays in one line. */
  columns: readonly { name: string; isWide?: boolean; isTight?: boolean }[];
  rows: readonly (readonly string[])[];
  /** What it leaves out, in words; empty where that is nothing. */
  more: string;
}

/** The longest subject: more is cut by mail programs anyway. */
const LONGEST_SUBJECT = 250;
const LOGO = 'logo@brand';

/** Lays the parts out, once as text and once as HTML. */
export function layOut(
  parts: MessageParts,
  language: MessageLanguage,
  { brand }: Pick<Deployment, 'brand'>,
): Pick<ComposedMail, 'text' | 'html' | 'attachments'> {
  const filled = { ...parts, facts: parts.facts.filter(([, value]) => value !== '') };
  return {
    text: asText(filled, catalogue[language]),
    html: asHtml(filled, language, brand).markup,
    attachments: brand.logo
      ? [{ cid: LOGO, filename: `logo.${brand.logo.contentType.slice(6)}`, ...brand.logo }]
      : [],
  };
}

/**
 * A sentence as the subject of a mail. What reads like an encoded word (RFC 2047) is decoded by mail programs, to
 * whatever is in it: it is pulled apart.
 */
export function subjectOf(sentence: string): string {
  return mailLine(unmarked(sentence).replaceAll('=?', '= ?'), LONGEST_SUBJECT);
}

function asText(parts: MessageParts, { names, colon }: Texts): string {
  const { title, lead, notices = [], facts, grid, steps = [], notes = '', links, reason } = parts;
  const width = Math.max(0, ...facts.map(([name]) => columnsOf(name + colon))) + 1;
  const followed = links.flatMap(([name, address]) => (address ? [`${name}${colon} ${address.href}`] : []));
  const paragraphs = [
    [title],
    ...(lead === undefined ? [] : [[lead]]),
    ...notices.map((notice) => [notice]),
    facts.map(([name, value]) => `${padded(name + colon, width)}${value}`),
    ...(grid
      ? [grid.rows.map((row) => `- ${row.filter(Boolean).join(' | ')}`), grid.more === '' ? [] : [grid.more]]
      : []),
    steps.length === 0
      ? []
      : [`${names.toDo}${colon}`, ...steps.map((step, index) => `  ${index + 1}. ${step}`)],
    notes === '' ? [] : [`${names.notes}${colon}`, ...notes.split('\n').map((line) => `  ${line}`)],
    followed,
    ['-- ', reason],
  ];
  const written = paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${written.join('\n\n')}\n`;
}

/** How wide a text is where letters are all alike: those of East Asia take two columns. */
function columnsOf(text: string): number {
  return [...text].reduce(
    (columns, letter) => columns + (/[\u1100-\u115f\u2e80-\uffdc]/u.test(letter) ? 2 : 1),
    0,
  );
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(1, width - columnsOf(text)));
}

/** Of the marks, on white; the styles of `mjml/mail.mjml` have them on black. */
const TONES: Record<Tone, { ink: string; paper: string }> = {
  good: { ink: '#0e5a23', paper: '#dff6dd' },
  wait: { ink: '#6b4c00', paper: '#fff1c7' },
  bad: { ink: '#8e1b20', paper: '#fde7e9' },
  plain: { ink: '#484644', paper: '#edebe9' },
};

function asHtml(parts: MessageParts, language: MessageLanguage, brand: Brand): Html {
  const { title, marks, lead, notices = [], facts, grid, steps = [], notes = '', links, reason } = parts;
  const { names } = catalogue[language];
  const colours = { colour: brand.colour, onColour: onColour(brand.colour) };
  const followed = links.flatMap(([name, address]) => (address ? [{ name, url: address.href }] : []));
  const some = (condition: boolean, make: () => Html): Html[] => (condition ? [make()] : []);
  return fill('page', {
    language,
    ...colours,
    title: unmarked(title),
    preview: unmarked(notices[0] ?? lead ?? facts.map(([, value]) => value).join(' · ')),
    brand: brand.name,
    logo: some(brand.logo !== undefined, () => fill('logo', { logo: LOGO })),
    mark: marks.map(([tone, text]) => fill('mark', { tone, text, ...TONES[tone] })),
    heading: bidi(title),
    lead: some(lead !== undefined, () => fill('lead', { text: bidi(lead ?? '') })),
    notice: notices.map((text) => fill('notice', { text: bidi(text) })),
    facts: some(facts.length > 0, () =>
      fill('facts', { fact: facts.map(([name, value]) => fill('fact', { name, value: bidi(value) })) }),
    ),
    grid: grid ? gridOf(grid) : [],
    steps: some(steps.length > 0, () =>
      fill('steps', { name: names.toDo, step: steps.map((text) => fill('step', { text: bidi(text) })) }),
    ),
    notes: some(notes !== '', () => fill('notes', { name: names.notes, text: notes })),
    button: followed.slice(0, 1).map((link) => fill('button', { ...colours, ...link })),
    link: followed.slice(1).map((link) => fill('link', { colour: brand.colour, ...link })),
    footer: [fill('footer', { text: bidi(reason) })],
  });
}

function gridOf({ columns, rows, more }: Grid): Html[] {
  const widths = columns.map(({ isWide }) => (isWide ? 'wide' : ''));
  const gridRow = rows.map((row) =>
    fill('gridRow', {
      gridCell: row.map((text, index) =>
        fill('gridCell', {
          width: widths[index] ?? '',
          wrap: columns[index]?.isTight ? 'nowrap' : 'normal',
          text: bidi(text),
        }),
      ),
    }),
  );
  const gridHead = columns.map(({ name }, index) =>
    fill('gridHead', { width: widths[index] ?? '', text: name }),
  );
  return [fill('grid', { gridHead, gridRow }), ...(more === '' ? [] : [fill('lead', { text: more })])];
}
