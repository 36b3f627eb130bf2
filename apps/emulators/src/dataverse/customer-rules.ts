/** What the customer's own organisation adds to Dataverse: synchronous plug-ins and duplicate detection. */
import { header } from '../http/exchange.ts';
import type { Call } from './call.ts';
import { DataverseError } from './errors.ts';
import type { Columns } from './lead-store.ts';
import { PLUGIN_REFUSALS, refusalOf, type Plugin } from './plugin-settings.ts';
import { demand } from './privileges.ts';

/**
 * Runs the plug-ins on a lead's columns: throws the first refusal, and takes time, makes records and demands
 * privileges as they say. What they make is taken back where the transaction under way does not hold.
 */
export function runPlugins(call: Call, message: Plugin['message'], leadid: string, columns: Columns): void {
  call.organization.settings.plugins.forEach((plugin, index) => {
    if (plugin.message !== message || !concerns(plugin, columns)) return;
    if (!mayRun(call, plugin, `${index}`, leadid)) return;
    call.cost.pluginMs += plugin.takesMs;
    const { demands } = plugin;
    if (demands) demand(call.user, demands.privilege, 'Basic', demands.table);
    createOther(call, plugin, leadid, columns);
    const refusal = refusalOf(plugin);
    if (refusal) throw new DataverseError(refusal.status, refusal.code, refusal.text);
  });
}

function concerns({ column, contains, unless }: Plugin, columns: Columns): boolean {
  if (column === undefined) return true;
  const value = columns[column];
  const found = value !== undefined && value !== null && plainText(value).includes(contains);
  return found !== unless;
}

/** Counts the run: a plug-in that failed stays counted though everything else is rolled back. */
function mayRun(
  { organization: { pluginRuns } }: Call,
  plugin: Plugin,
  index: string,
  leadid: string,
): boolean {
  const { times, timesPerLead } = plugin;
  if (times === undefined && timesPerLead === undefined) return true;
  const ofLead = `${index}/${leadid}`;
  const [all, ofThisLead] = [pluginRuns.get(index) ?? 0, pluginRuns.get(ofLead) ?? 0];
  if (all >= (times ?? Infinity) || ofThisLead >= (timesPerLead ?? Infinity)) return false;
  pluginRuns.set(index, all + 1);
  if (timesPerLead !== undefined) pluginRuns.set(ofLead, ofThisLead + 1);
  return true;
}

function createOther(
  { world, organization }: Call,
  { creates }: Plugin,
  leadid: string,
  columns: Columns,
): void {
  if (!creates) return;
  const { table, keyColumn, refusal } = creates;
  const value = columns[keyColumn];
  if (value === undefined || value === null || value === '') return;
  const key = plainText(value);
  if (organization.others.has(table, key)) {
    const { status, code, text } = PLUGIN_REFUSALS[refusal];
    throw new DataverseError(status, code, text);
  }
  organization.others.put({ table, key, leadid });
  world.undoWith(() => organization.others.delete(table, key));
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
