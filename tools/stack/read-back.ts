/** Reads back from the emulators what arrived in the outside world. */

/** A record of the lead table: column names to values, null where nothing was written. */
export type LeadRow = Readonly<Record<string, unknown>> & {
  readonly leadid: string;
  readonly createdon: string;
};

export interface Mail {
  readonly messageId: string;
  readonly receivedAt: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Every lead record of an emulated organisation. */
export async function readLeads(emulatorsUrl: string, host: string): Promise<LeadRow[]> {
  const { leads } = await read<{ leads: LeadRow[] }>(`${emulatorsUrl}/control/organizations/${host}/leads`);
  return leads;
}

/** Every mail in the emulated inbox. */
export async function readMails(emulatorsUrl: string): Promise<Mail[]> {
  const { mails } = await read<{ mails: Mail[] }>(`${emulatorsUrl}/control/mails`);
  return mails;
}

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`The emulators answered GET ${url} with ${answer.status}.`);
  return (await answer.json()) as T;
}
