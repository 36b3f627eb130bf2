/** Which lookups of leads a user may not bind, by the privileges that the user holds; pure. */
import { own } from '@leads/contracts';
import type { LeadTable, Lookup } from '../mapping/lead-table.ts';
import type { Privileges } from './ask-organization.ts';

/**
 * How tables without a publisher's prefix are called in the names of their privileges. Of one that is not here nothing is
 * said ahead: what Dynamics answers decides.
 */
const CALLED: Readonly<Record<string, string>> = {
  account: 'account',
  businessunit: 'businessunit',
  campaign: 'campaign',
  campaignresponse: 'activity',
  contact: 'contact',
  incident: 'incident',
  lead: 'lead',
  opportunity: 'opportunity',
  systemuser: 'user',
  team: 'team',
  transactioncurrency: 'transactioncurrency',
};

/** Binding wants Append on leads, and Append To on the table that the lookup refers to, at whatever level. */
export function unbindable(
  lookups: readonly Lookup[],
  held: Privileges,
): NonNullable<LeadTable['unbindable']> {
  const names = new Set(Object.keys(held).map((name) => name.toLowerCase()));
  const appends = names.has('prvappendlead');
  const lacking = [...new Set(lookups.map(({ table }) => table))].flatMap((table) => {
    const lacks = [
      ...(appends ? [] : (['Append'] as const)),
      ...(mayAppendTo(table, names) ? [] : (['Append To'] as const)),
    ];
    return lacks.length > 0 ? [[table, lacks] as const] : [];
  });
  return Object.fromEntries(lacking);
}

/** @param held names of privileges, lower case */
function mayAppendTo(table: string, held: ReadonlySet<string>): boolean {
  const called = table.includes('_') ? table.toLowerCase() : own(CALLED, table);
  if (called === undefined || held.has(`prvappendto${called}`)) return true;
  // A publisher's own activities have the privileges of all activities.
  const isKnown = [...held].some((name) => name.endsWith(called));
  return table.includes('_') && !isKnown && held.has('prvappendtoactivity');
}
