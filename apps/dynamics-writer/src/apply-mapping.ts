/** A connection's own mapping: constants, other columns and lookups on top of the standard record; pure. */
import {
  type LeadFact,
  type LeadField,
  type Mapping,
  type MarketplaceLead,
  readLeadOrigin,
} from '@leads/contracts';
import { type CutColumn, type LeadRecord, mapLead, type Overflow, wholeValues } from './map-lead.ts';
import { type Fitted, fitValue, type LeadTable } from './lead-table.ts';
import { oneLine, plainLines } from './plain-text.ts';

/** Something that the mapping asks for and cannot have. The column is left out, the lead is written all the same. */
export interface MappingFault {
  column: string;
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

/** One wish of the mapping: a column, and where its value comes from. */
interface Wish {
  column: string;
  from: { constant: string | number | boolean } | { field: LeadField } | { fact: LeadFact };
}

function wishesOf({ constants = {}, targets = {}, columns = {} }: Mapping): Wish[] {
  return [
    ...Object.entries(constants).map(([column, constant]) => ({ column, from: { constant } })),
    ...(Object.entries(targets) as [LeadField, string][]).map(([field, column]) => ({
      column,
      from: { field },
    })),
    ...Object.entries(columns).map(([column, fact]) => ({ column, from: { fact } })),
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
  { mapping, table }: { mapping?: Mapping | undefined; table?: LeadTable | undefined },
): MappedLead {
  if (!mapping) return { record: mapLead(leadId, lead, { table }), faults: [] };
  const { countryLanguage, lookups = {} } = mapping;
  const { wishes, lookupNames, faults } = planOf(mapping, table);
  const filled: Record<string, string | number | boolean> = {};
  const overflow: Overflow[] = [];
  for (const { column, from } of wishes) {
    const value = valueOf(from, leadId, lead, countryLanguage);
    if (value === '') continue;
    const fitted = fit(column, value, table);
    if (fitted.kind === 'fits') filled[column] = fitted.value;
    else faults.push(faultOf(column, fitted.why));
    if ((fitted.kind !== 'fits' || fitted.cut) && !('constant' in from))
      overflow.push([column, String(value)]);
  }
  const whole = wholeValues(lead, countryLanguage);
  for (const { column, from } of wishes) {
    const displaced = 'constant' in from ? whole[column as CutColumn] : undefined;
    if (displaced) overflow.push([column, displaced]);
  }
  const standard: LeadRecord = mapLead(leadId, lead, { table, countryLanguage, overflow });
  for (const { from } of wishes) if ('field' in from) delete standard[STANDARD[from.field]];
  for (const name of lookupNames) filled[`${name}@odata.bind`] = lookups[name] ?? '';
  return { record: { ...standard, ...filled, leadid: leadId }, faults };
}

/** A mapping tried on a lead, for whoever edits it: the record that would be sent, and what is wrong. */
export function previewMapping(
  mapping: Mapping,
  table?: LeadTable,
  lead: MarketplaceLead = SAMPLE,
): MappedLead {
  return mapForConnection(SAMPLE_ID, lead, { mapping, table });
}

/** The wishes that can be had, and the faults of those that cannot. */
function planOf(
  mapping: Mapping,
  table: LeadTable | undefined,
): { wishes: Wish[]; lookupNames: string[]; faults: MappingFault[] } {
  const faults: MappingFault[] = [];
  const moved = new Set(Object.keys(mapping.targets ?? {}).map((field) => STANDARD[field as LeadField]));
  // A field that stays where it is has its column first; only a constant may take its place.
  const taken = new Set<string>(Object.values(STANDARD).filter((column) => !moved.has(column)));
  const seen = new Set<string>();
  const wishes = wishesOf(mapping).filter(({ column, from }) => {
    const why = RESERVED.has(column)
      ? 'it is filled by Dynamics or by the leads themselves'
      : seen.has(column) || (!('constant' in from) && taken.has(column))
        ? 'it is filled twice'
        : whyUnfit(column, from, table);
    if (why !== undefined) faults.push(faultOf(column, why));
    else seen.add(column);
    return why === undefined;
  });
  const lookupNames = Object.keys(mapping.lookups ?? {}).filter((name) => {
    const column = table?.columns[name.toLowerCase()];
    const why = column && column.kind !== 'lookup' ? 'it is not a lookup' : undefined;
    if (why !== undefined) faults.push(faultOf(name, why));
    return why === undefined;
  });
  return { wishes, lookupNames, faults };
}

function whyUnfit(column: string, from: Wish['from'], table: LeadTable | undefined): string | undefined {
  if (!table) return undefined;
  const own = table.columns[column];
  if (!own) return 'the lead table of the organisation has no such column';
  if (own.kind === 'lookup') return 'it is a lookup: name the record that it refers to under lookups';
  if (!('constant' in from)) return undefined;
  const fitted = fitValue(own, from.constant);
  if (fitted.kind !== 'fits') return fitted.why;
  return fitted.cut ? `its value is longer than the ${own.length} characters it holds` : undefined;
}

function fit(column: string, value: string | number | boolean, table: LeadTable | undefined): Fitted {
  const own = table?.columns[column];
  return own ? fitValue(own, value) : { kind: 'fits', value, cut: false };
}

function valueOf(
  from: Wish['from'],
  leadId: string,
  lead: MarketplaceLead,
  countryLanguage: string | undefined,
): string | number | boolean {
  if ('constant' in from) return from.constant;
  const whole = wholeValues(lead, countryLanguage);
  if ('field' in from) return whole[STANDARD[from.field]];
  const origin = readLeadOrigin(lead);
  switch (from.fact) {
    case 'leadId':
      return leadId;
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

function faultOf(column: string, why: string): MappingFault {
  return {
    column,
    what: `The mapping cannot fill the column "${column}": ${why}.`,
    remedy: `Correct "${column}" in the mapping of this connection, or the column in Dynamics. Until then leads are written without it.`,
  };
}

const SAMPLE_ID = '00000000-0000-4000-8000-000000000000';

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
