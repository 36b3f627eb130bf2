/** Judges one lead's way from what was posted and what the outside world holds of it. Pure. */
import type { LeadRow, Mail } from '@leads/testing';

/** What a sample must become. */
export interface Expectation {
  /** Values by column; null: nothing was written. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Texts that the description holds. */
  readonly description: readonly string[];
}

/** What happened to one posted sample. */
export interface Posted {
  readonly sample: string;
  /** Milliseconds since the epoch. */
  readonly postedAt: number;
  readonly httpStatus: number;
  readonly acceptedMs: number;
  readonly leadId: string | undefined;
  /** The lead id that a second post of the same content was answered with. */
  readonly repeatLeadId?: string | undefined;
}

export interface Verdict {
  readonly sample: string;
  readonly leadId: string | null;
  readonly status: 'written' | 'refused' | 'missing' | 'doubled' | 'wrong';
  readonly crmId: string | null;
  readonly acceptedMs: number;
  readonly writtenMs: number | null;
  readonly mailedMs: number | null;
  /** Absent where all is well. */
  readonly faults?: readonly string[];
}

/** Of each lead one mail goes to each of these, and names no other. */
export function judgeLead(
  posted: Posted,
  expectation: Expectation | undefined,
  rows: readonly LeadRow[],
  mails: readonly Mail[],
  contacts: readonly string[],
): Verdict {
  const { sample, leadId, acceptedMs, postedAt } = posted;
  const records = rows.filter((row) => isOf(row, leadId));
  const letters = mails.filter((mail) => leadId !== undefined && mail.headers['x-lead-id'] === leadId);
  const [record] = records;
  const lettersTo = (contact: string): number => letters.filter(({ to }) => to.includes(contact)).length;
  const faults: string[] = [];
  const since = (time: string | undefined): number | null =>
    time === undefined ? null : Date.parse(time) - postedAt;

  let status: Verdict['status'] = 'written';
  const fault = (kind: Verdict['status'], text: string): void => {
    if (status === 'written') status = kind;
    faults.push(text);
  };
  if (posted.httpStatus !== 202 || leadId === undefined) {
    fault('refused', `the gateway answered ${posted.httpStatus}`);
  } else {
    if (records.length === 0) fault('missing', 'no record in Dataverse');
    if (letters.length === 0) fault('missing', 'no mail');
    if (records.length > 1) fault('doubled', `${records.length} records in Dataverse`);
    const twice = contacts.filter((contact) => lettersTo(contact) > 1);
    if (twice.length > 0) fault('doubled', `more than one mail went to ${twice.join(', ')}`);
    if (posted.repeatLeadId !== leadId) {
      fault('doubled', `the same content posted again was not recognised (${String(posted.repeatLeadId)})`);
    }
  }
  if (expectation === undefined) fault('wrong', 'no expectation is written down for this sample');
  if (record && expectation) for (const text of mappingFaults(record, expectation)) fault('wrong', text);
  const missed = contacts.filter((contact) => lettersTo(contact) === 0);
  if (letters.length > 0 && missed.length > 0) fault('missing', `no mail went to ${missed.join(', ')}`);
  if (letters.some(({ to }) => to.length > 1)) fault('wrong', 'a mail went to several contacts');
  return {
    sample,
    leadId: leadId ?? null,
    status,
    crmId: record?.leadid ?? null,
    acceptedMs: Math.round(acceptedMs),
    writtenMs: since(record?.createdon),
    mailedMs: since(
      letters
        .map(({ receivedAt }) => receivedAt)
        .sort()
        .at(-1),
    ),
    ...(faults.length > 0 ? { faults } : {}),
  };
}

/** By its key, or, should it have been written again under another one, by the id in its description. */
function isOf(row: LeadRow, leadId: string | undefined): boolean {
  if (leadId === undefined) return false;
  return row.leadid === leadId || descriptionOf(row).includes(leadId);
}

function mappingFaults(record: LeadRow, { columns, description }: Expectation): string[] {
  const wrong = Object.entries(columns).flatMap(([column, wanted]) => {
    // A yes/no column that nobody set is a no.
    const found = record[column] ?? (typeof wanted === 'boolean' ? false : null);
    return found === wanted
      ? []
      : [`${column} is ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`];
  });
  const text = descriptionOf(record);
  const unsaid = description.filter((part) => !text.includes(part));
  return [...wrong, ...unsaid.map((part) => `the description does not hold ${JSON.stringify(part)}`)];
}

function descriptionOf(row: LeadRow): string {
  const text = row['description'];
  return typeof text === 'string' ? text : '';
}
