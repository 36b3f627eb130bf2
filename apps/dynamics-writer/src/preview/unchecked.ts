/** What of a mapping nobody could check, entry by entry, and why: it is neither right nor wrong; pure. */
import type { Mapping, MappingWarning } from '@leads/contracts';
import { changeDetails, inWords } from '@leads/contracts/validation';
import { isSecured } from '../mapping/apply-mapping.ts';
import { BIND } from '../mapping/blamed-in.ts';
import type { LeadTable } from '../mapping/lead-table.ts';
import { isBoundTo } from '../mapping/resolve-lookup.ts';
import { type Bound, entriesOf, referencesOf } from './entries.ts';
import type { KnownForTrial } from './known-for-trial.ts';

const AGAIN = 'Look at the mapping again in some minutes, or validate the connection.';

/** @returns nothing where everything was checked */
export function uncheckedIn(
  mapping: Mapping,
  { table: read, stale, records }: KnownForTrial,
): MappingWarning[] {
  if ('unknown' in read) {
    const what = `The mapping could not be checked against the organization. ${read.unknown}`;
    const remedy = `Leads are written with what Dynamics takes, and what it refuses is told. ${AGAIN}`;
    return [{ pointer: '/mapping', what, remedy }];
  }
  const old = stale === undefined ? [] : [{ pointer: '/mapping', what: stale, remedy: AGAIN }];
  const table = read.known;
  if (table === null) return old;
  return [
    ...old,
    ...unreadSecurity(mapping, table),
    ...referencesOf(mapping, table).flatMap((bound) => [
      ...unreadTarget(bound, table),
      ...unseenRecord(bound, records),
    ]),
  ];
}

function unreadSecurity(mapping: Mapping, table: LeadTable): MappingWarning[] {
  return [...entriesOf(mapping, table)]
    .filter(([name]) => isSecured(name, table, 'unknown'))
    .map(([name, pointer]) => ({
      pointer,
      what: `The column "${shown(name)}" is secured, and it could not be read whether the user of this connection may fill it.`,
      remedy: 'Nothing need be done: where Dynamics refuses it, leads are written without it and it is told.',
    }));
}

/** Whether the lookup refers to records of that table. */
function unreadTarget({ pointer, name, reference }: Bound, { lookups }: LeadTable): MappingWarning[] {
  const property = shown(name);
  if (!lookups) {
    const what = `The role of this connection may not read which lookups leads have, so that "${property}" is taken as it is.`;
    const compare = `Compare "${property}" with the schema name of the lookup in Dynamics.`;
    return [{ pointer, what, remedy: inWords([changeDetails(compare)]) }];
  }
  if (isBoundTo(property, reference, lookups)) return [];
  const what = `It is not known whether "${reference}" is of a table that the lookup "${property}" refers to.`;
  return [{ pointer, what, remedy: LOOK }];
}

function unseenRecord(
  { pointer, name, reference }: Bound,
  records: KnownForTrial['records'],
): MappingWarning[] {
  const record = records.get(reference);
  if (record && 'known' in record) return [];
  const why = record ? ` ${record.unknown}` : '';
  const what = `The record that the lookup "${shown(name)}" is bound to could not be looked up.${why}`;
  return [{ pointer, what, remedy: LOOK }];
}

const LOOK = 'Look in Dynamics whether it is there. Where Dynamics refuses it, leads are written without it.';

const shown = (name: string): string => name.replace(BIND, '');
