/** A mapping tried on a lead before it is saved: the record, what is amiss, and what nobody could check; pure. */
import type { Mapping, MappingPreview, MarketplaceLead } from '@leads/contracts';
import { CHECKS, inWords } from '@leads/contracts/validation';
import { isSecured, mapForConnection } from '../mapping/apply-mapping.ts';
import type { Blamed } from '../mapping/blamed-in.ts';
import type { LeadTable } from '../mapping/lead-table.ts';
import { lackingFor } from '../mapping/resolve-lookup.ts';
import { warningOf } from '../organization/refusals.ts';
import { entriesOf, referencesOf } from './entries.ts';
import type { KnownForTrial } from './known-for-trial.ts';
import { uncheckedIn } from './unchecked.ts';

/** @param lead an invented one where there is none */
export function tryMapping(
  mapping: Mapping,
  known: KnownForTrial,
  lead: MarketplaceLead = SAMPLE,
): MappingPreview {
  const table = 'known' in known.table ? (known.table.known ?? undefined) : undefined;
  const gone = goneIn(mapping, known, table);
  const isRefused = ({ value }: Blamed, given: unknown): boolean => value === undefined || value === given;
  const isOut = (name: string, value?: unknown): boolean =>
    gone.some((one) => one.name === name) ||
    isSecured(name, table, 'not-permitted') ||
    lackingFor(name, value, table) !== undefined ||
    known.refused.some((one) => one.name === name && isRefused(one, value));
  const options = { mapping, table, requestedAt: SAMPLE_TIME };
  const { record, faults } = mapForConnection(SAMPLE_ID, lead, { ...options, wasRefused: isOut });
  const whole = new Map(Object.entries(mapForConnection(SAMPLE_ID, lead, options).record));
  const entries = entriesOf(mapping, table);
  // What is of the standard record has no entry of its own.
  const at = (name: string): string => entries.get(name) ?? '/mapping';
  const refused = known.refused.filter(
    (one) =>
      whole.has(one.name) &&
      isRefused(one, whole.get(one.name)) &&
      !lackingFor(one.name, whole.get(one.name), table),
  );
  const closed = [...whole.keys()].filter((name) => isSecured(name, table, 'not-permitted'));
  const mapped = faults.map(({ pointer, effect, what, remedy }) => ({ pointer, effect, what, remedy }));
  const left = [
    ...gone.map(({ pointer, ...one }) => ({ pointer, ...wordsOf(one) })),
    ...refused.map((one) => ({ pointer: at(one.name), ...wordsOf(one) })),
    ...closed.map((name) => ({ pointer: at(name), ...wordsOf({ name, why: 'secured' }) })),
  ]
    .filter(({ what }, index, all) => all.findIndex((other) => other.what === what) === index)
    .filter(({ what }) => !mapped.some((fault) => fault.what === what))
    .map((one) => ({ ...one, effect: 'left-out' as const }));
  return {
    record,
    faults: [...lacking(known), ...mapped, ...left],
    unchecked: uncheckedIn(mapping, known),
    ...(known.readAt && { readAt: known.readAt.toISOString() }),
  };
}

/** Whether every lead has a fault with this mapping, by the reading alone: those of one lead's own values do not count. */
export function hasFaults(mapping: Mapping, table: KnownForTrial['table']): boolean {
  const { faults } = tryMapping(mapping, { table, records: new Map(), refused: [] });
  return faults.some(({ effect }) => effect !== 'in-description');
}

function goneIn(
  mapping: Mapping,
  { records }: KnownForTrial,
  table: LeadTable | undefined,
): (Blamed & { pointer: string })[] {
  return referencesOf(mapping, table).flatMap(({ pointer, name, reference }) => {
    const record = records.get(reference);
    const isGone = record && 'known' in record && !record.known;
    return isGone ? [{ pointer, name, value: reference, why: 'missing-record' as const }] : [];
  });
}

/** Without a lead table nothing of any lead can be written. */
function lacking({ table }: KnownForTrial): MappingPreview['faults'] {
  if (!('known' in table) || table.known !== null) return [];
  return [
    {
      pointer: '/mapping',
      effect: 'lead-refused',
      what: 'The organization has no lead table, so that no lead can be written.',
      remedy: inWords(CHECKS['lead-table'].remedy),
    },
  ];
}

function wordsOf(blamed: Blamed): { what: string; remedy: string } {
  const { what, remedy } = warningOf(blamed);
  return { what, remedy };
}

const SAMPLE_ID = '00000000-0000-4000-8000-000000000000';

const SAMPLE_TIME = '2026-11-25T17:03:00.000Z';

const SAMPLE: MarketplaceLead = {
  customer: {
    firstName: 'Maria',
    lastName: 'Anders',
    email: 'maria@fabrikam.example',
    phone: '0300074321',
    country: 'DE',
    company: 'Fabrikam',
    title: 'Sales Representative',
  },
  leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
  actionCode: 'INS',
  offerTitle: 'Contoso Analytics',
  description: 'I would like to know more.',
};
