/** A connection's own mapping: constants, other columns and lookups on top of the standard record; pure. */
import {
  type LeadFact,
  type LeadField,
  type Mapping,
  type MarketplaceLead,
  readLeadOrigin,
  oneLine,
  plainLines,
  own,
} from '@leads/contracts';
import { inWords, permitColumn } from '@leads/contracts/validation';
import { type CutColumn, type LeadRecord, mapLead, type Overflow, wholeValues } from './map-lead.ts';
import { BIND } from './blamed-in.ts';
import { type Fitted, fitValue, type LeadTable, type LeadValue, type WasRefused } from './lead-table.ts';
import { type Lacking, lackingFor, resolveLookup } from './resolve-lookup.ts';

/** Something that the mapping asks for and cannot have. The column is left out, the lead is written all the same. */
export interface MappingFault {
  column: string;
  /** The entry of the connection's details (RFC 6901), such as `/mapping/columns/contoso_offer`. */
  pointer: string;
  /** Whether every lead goes without it, or what this customer said stands in the description. */
  effect: 'left-out' | 'in-description';
  /** A stable word for what is amiss. */
  cause: string;
  what: string;
  remedy: string;
}

export interface MappedLead {
  record: LeadRecord;
  faults: MappingFault[];
}

/** Where each field goes unless the mapping says otherwise. */
const STANDARD: Readonly<Record<LeadField, CutColumn>> = {
  firstName: 'firstname',
  lastName: 'lastname',
  email: 'emailaddress1',
  phone: 'telephone1',
  country: 'address1_country',
  company: 'companyname',
  title: 'jobtitle',
  offerTitle: 'subject',
};

/** Columns that Dynamics or this product fills: the first is the lead's identity. */
const RESERVED = new Set([
  'leadid', 'statecode', 'createdon', 'createdby', 'modifiedon', 'modifiedby', 'fullname', 'versionnumber',
  'description', 'donotemail', 'donotphone', 'donotbulkemail',
]); // prettier-ignore

/** One rule of the mapping: a column, and where its value comes from. */
interface Rule {
  column: string;
  /** The entry that says so. */
  pointer: string;
  from: { constant: LeadValue } | { field: LeadField } | { fact: LeadFact };
}

function rulesOf({ constants = {}, targets = {}, columns = {} }: Mapping): Rule[] {
  return [
    ...Object.entries(constants).map(([column, constant]) => ({
      column,
      pointer: `/mapping/constants/${column}`,
      from: { constant },
    })),
    ...(Object.entries(targets) as [LeadField, string][]).map(([field, column]) => ({
      column,
      pointer: `/mapping/targets/${field}`,
      from: { field },
    })),
    ...Object.entries(columns).map(([column, fact]) => ({
      column,
      pointer: `/mapping/columns/${column}`,
      from: { fact },
    })),
  ];
}

/**
 * What is wrong with a mapping whatever the lead: reserved columns, columns filled twice, and, where the
 * organisation's table is known, columns it does not have and constants they do not take.
 */
export function checkMapping(mapping: Mapping, table?: LeadTable): MappingFault[] {
  return planOf(mapping, table).faults;
}

/** Maps a lead as its connection wants it. */
export function mapForConnection(
  leadId: string,
  lead: MarketplaceLead,
  options: {
    mapping?: Mapping | undefined;
    table?: LeadTable | undefined;
    /** When the customer asked, as ISO 8601 writes it. */
    requestedAt?: string | undefined;
    wasRefused?: WasRefused | undefined;
    hasFlags?: boolean | undefined;
  },
): MappedLead {
  const { mapping, ...known } = options;
  const { table, requestedAt = '', wasRefused = () => false } = known;
  if (!mapping) return { record: mapLead(leadId, lead, known), faults: [] };
  const { countryLanguage } = mapping;
  const { rules, bound, faults } = planOf(mapping, table);
  const filled = new Map<string, LeadValue>();
  const overflow: Overflow[] = [];
  for (const { column, pointer, from } of rules) {
    const value = valueOf(from, { leadId, requestedAt }, lead, countryLanguage);
    if (value === '') continue;
    const fitted = fit(column, value, table);
    const isRefused = wasRefused(column, fitted.kind === 'fits' ? fitted.value : undefined);
    if (fitted.kind !== 'fits') faults.push(misfit({ column, pointer }, fitted.why));
    else if (!isRefused) filled.set(column, fitted.value);
    if ((fitted.kind !== 'fits' || fitted.cut || isRefused) && !('constant' in from))
      overflow.push([column, String(value)]);
  }
  const whole = wholeValues(lead, countryLanguage);
  for (const { column, from } of rules) {
    const displaced = 'constant' in from ? whole[column as CutColumn] : undefined;
    if (displaced) overflow.push([column, displaced]);
  }
  const standard: LeadRecord = mapLead(leadId, lead, { ...known, countryLanguage, overflow });
  for (const { from } of rules) if ('field' in from) delete standard[STANDARD[from.field]];
  for (const [name, reference] of bound) if (!wasRefused(name, reference)) filled.set(name, reference);
  return { record: { ...standard, ...Object.fromEntries(filled), leadid: leadId }, faults };
}

/** The column that a name of a record fills: itself, or that of a lookup; none where the lookup is not known. */
function columnOf(name: string, table: LeadTable | undefined): string[] {
  if (!name.endsWith(BIND)) return [name];
  const property = name.slice(0, -BIND.length);
  return (table?.lookups ?? []).filter((lookup) => lookup.property === property).map(({ column }) => column);
}

/** The rules that can be had, and the faults of those that cannot. */
function planOf(
  mapping: Mapping,
  table: LeadTable | undefined,
): { rules: Rule[]; bound: [name: string, reference: string][]; faults: MappingFault[] } {
  const faults: MappingFault[] = [];
  const moved = new Set(Object.keys(mapping.targets ?? {}).map((field) => STANDARD[field as LeadField]));
  // A field that stays where it is has its column first; only a constant may take its place.
  const taken = new Set<string>(Object.values(STANDARD).filter((column) => !moved.has(column)));
  const seen = new Set<string>();
  const rules = rulesOf(mapping).filter(({ column, pointer, from }) => {
    const why = RESERVED.has(column)
      ? 'it is filled by Dynamics or by the leads themselves'
      : seen.has(column) || (!('constant' in from) && taken.has(column))
        ? 'it is filled twice'
        : whyUnfit(column, from, table);
    if (why !== undefined) faults.push(faultOf({ column, pointer }, why));
    else seen.add(column);
    if (why === undefined) faults.push(...securedIn({ column, pointer }, column, table));
    return why === undefined;
  });
  const bound = new Map<string, string>();
  for (const [name, reference] of Object.entries(mapping.lookups ?? {})) {
    const resolved = resolveLookup(name, reference, table);
    const key = resolved.kind === 'found' ? resolved.property + BIND : '';
    const entry = { column: name, pointer: `/mapping/lookups/${name}` };
    if (resolved.kind === 'not-found') faults.push(faultOf(entry, resolved.why));
    else if (bound.has(key)) faults.push(faultOf(entry, 'it is filled twice'));
    else {
      bound.set(key, reference);
      faults.push(...securedIn(entry, key, table), ...unbindableIn(entry, key, reference, table));
    }
  }
  return { rules, bound: [...bound], faults };
}

function whyUnfit(column: string, from: Rule['from'], table: LeadTable | undefined): string | undefined {
  if (!table) return undefined;
  const known = own(table.columns, column);
  if (!known) return 'the lead table of the organization has no such column';
  if (known.isReadOnly) return 'it cannot be filled when a lead is made';
  if (known.kind === 'lookup') return 'it is a lookup: name the record that it refers to under lookups';
  if (!('constant' in from)) return undefined;
  const fitted = fitValue(known, from.constant);
  if (fitted.kind !== 'fits') return fitted.why;
  return fitted.cut ? `its value is longer than the ${known.length} characters it holds` : undefined;
}

function fit(column: string, value: LeadValue, table: LeadTable | undefined): Fitted {
  return fitValue((table && own(table.columns, column)) ?? { kind: 'other' }, value);
}

function valueOf(
  from: Rule['from'],
  ours: { leadId: string; requestedAt: string },
  lead: MarketplaceLead,
  countryLanguage: string | undefined,
): LeadValue {
  if ('constant' in from) return from.constant;
  const whole = wholeValues(lead, countryLanguage);
  if ('field' in from) return whole[STANDARD[from.field]];
  const origin = readLeadOrigin(lead);
  switch (from.fact) {
    case 'leadId':
    case 'requestedAt':
      return ours[from.fact];
    case 'description':
      return plainLines(lead.description);
    case 'leadSource':
    case 'actionCode':
      return oneLine(lead[from.fact]);
    case 'source':
    case 'action':
    case 'offer':
      return oneLine(origin[from.fact]);
    default:
      return whole[STANDARD[from.fact]];
  }
}

type Entry = Pick<MappingFault, 'column' | 'pointer'>;

function faultOf(entry: Entry, why: string): MappingFault {
  const { column } = entry;
  return {
    ...entry,
    effect: 'left-out',
    cause: `mapping-${column}`,
    what: `The mapping cannot fill the column "${column}": ${why}.`,
    remedy: `Correct "${column}" in the mapping of this connection, or the column in Dynamics. Until then leads are written without it.`,
  };
}

/** What one customer said does not fit; what another says may. */
function misfit(entry: Entry, why: string): MappingFault {
  const { column } = entry;
  return {
    ...faultOf(entry, why),
    effect: 'in-description',
    remedy: `Correct "${column}" in the mapping of this connection, or the column in Dynamics. Until then what does not fit stands in the description.`,
  };
}

/** It is sent all the same, for it may be permitted since, and left out where Dynamics refuses it. @param name as the record has it */
function securedIn(entry: Entry, name: string, table: LeadTable | undefined): MappingFault[] {
  return isSecured(name, table, 'not-permitted')
    ? [{ ...entry, effect: 'left-out', ...secured(name.replace(BIND, '')) }]
    : [];
}

/** It is sent all the same, as what is secured. @param name as the record has it */
function unbindableIn(
  entry: Entry,
  name: string,
  reference: string,
  table: LeadTable | undefined,
): MappingFault[] {
  const lacking = lackingFor(name, reference, table);
  return lacking ? [{ ...entry, effect: 'left-out', ...notPermitted(name.replace(BIND, ''), lacking) }] : [];
}

/** Whether a column or a lookup of the record is secured so. */
export function isSecured(
  name: string,
  table: LeadTable | undefined,
  how: 'not-permitted' | 'unknown',
): boolean {
  const { secured: known = {} } = table ?? {};
  return columnOf(name, table).some((column) => own(known, column) === how);
}

/** What is said of a lookup that the user of a connection may not bind. @param lacking for what it wants, where that is known */
export function notPermitted(
  name: string,
  lacking?: Lacking,
): Pick<MappingFault, 'cause' | 'what' | 'remedy'> {
  const named = { Append: 'Append on leads', 'Append To': `Append To on the table ${lacking?.table}` };
  const lacks = lacking
    ? lacking.lacks.map((one) => named[one]).join(' and ')
    : 'Append on leads, or Append To on the other table';
  return {
    cause: `left-out-${name}`,
    what: `The user of this connection may not bind the lookup "${name}": its roles lack ${lacks}. Leads are written without it.`,
    remedy: `Give the privilege to its role and validate the connection, so that it is seen at once; or take "${name}" out of the mapping.`,
  };
}

/** What is said of a column, or a lookup, that the user of a connection may not fill. */
export function secured(name: string): Pick<MappingFault, 'cause' | 'what' | 'remedy'> {
  return {
    cause: `left-out-${name}`,
    what: `The column "${name}" is secured: it wants a column security profile with Create, and the user of this connection has none. Leads are written without it; what a customer said stands in the description.`,
    remedy: inWords([permitColumn]),
  };
}
