// What the customer's own organisation adds to Dataverse: synchronous plug-ins and duplicate detection.
import { header } from '../http/exchange.ts';
import type { Call } from './call.ts';
import { DataverseError } from './errors.ts';
import type { Columns } from './lead-store.ts';
import type { Plugin } from './organization-settings.ts';

/** Throws the refusal of the first plug-in that does not want these columns. */
export function runPlugins(plugins: readonly Plugin[], message: Plugin['message'], columns: Columns): void {
  for (const plugin of plugins) {
    if (plugin.message !== message) continue;
    const value = columns[plugin.column];
    const found = value !== undefined && value !== null && plainText(value).includes(plugin.contains);
    if (found !== plugin.unless) throw new DataverseError(plugin.status, plugin.code, plugin.text);
  }
}

const plainText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The published rule "same e-mail address". Detection is suppressed unless the caller sends
 * `MSCRM.SuppressDuplicateDetection: false`.
 */
export function refuseDuplicates({ organization, request }: Call, payload: unknown): void {
  if (header(request, 'mscrm.suppressduplicatedetection') !== 'false') return;
  const { duplicateDetection, duplicateDetectionStatus } = organization.settings.switches;
  const email = (payload as Columns | null)?.['emailaddress1'];
  if (!duplicateDetection || typeof email !== 'string' || email === '') return;
  const wanted = `"emailaddress1":${JSON.stringify(email)}`.toLowerCase();
  for (const row of organization.leads.rows())
    if (row.stateCode === 0 && row.json.toLowerCase().includes(wanted))
      throw new DataverseError(
        duplicateDetectionStatus,
        '0x80040333',
        'A record was not created or updated because a duplicate of the current record already exists.',
      );
}
