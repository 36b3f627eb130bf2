/** The fields of a lead by every name that is published for them, and their values as text; pure. */
import type { CustomerDetails, MarketplaceLead } from './marketplace-lead.ts';

/** An object's own values by canonical key; more than one where keys differ only in their spelling. */
export type Fields = ReadonlyMap<string, readonly unknown[]>;

/** Who a lead is about: with one of these there is somebody to answer. */
export const PERSON = ['firstName', 'lastName', 'email', 'phone'] as const;

/** What a lead says besides who it is about. */
export const FACTS = ['leadSource', 'actionCode', 'offerTitle', 'description'] as const;

/** Names of each field: of the HTTPS destination, an Azure Table, Salesforce, Marketo and Dynamics, in this order. */
const CUSTOMER_NAMES: Record<keyof CustomerDetails, readonly string[]> = {
  firstName: ['firstname', 'givenname'],
  lastName: ['lastname', 'surname', 'familyname'],
  email: ['email', 'emailaddress', 'emailaddress1'],
  phone: ['phone', 'phonenumber', 'telephone1'],
  country: ['country', 'address1country'],
  company: ['company', 'companyname'],
  title: ['title', 'jobtitle'],
};
const FACT_NAMES: Record<(typeof FACTS)[number], readonly string[]> = {
  leadSource: ['leadsource'],
  actionCode: ['actioncode'],
  offerTitle: ['offertitle', 'offerdisplayname'],
  description: ['description'],
};
const WHOLE_NAMES = ['fullname', 'name'];

/** The objects that hold a customer, apart from the lead. */
export const CONTAINERS: readonly string[] = ['userdetails', 'customerinfo'];

/** What the published shapes have besides: of a table's row, of a form, of what forwards over HTTP. */
const BESIDES = [
  ...['partitionkey', 'rowkey', 'timestamp', 'createdtime', 'productid', 'odataetag', 'etag'],
  ...['oid', 'encoding', 'returl', 'debug', 'debugemail', 'headers'],
];

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(CUSTOMER_NAMES).flat(),
  ...Object.values(FACT_NAMES).flat(),
  ...[...WHOLE_NAMES, ...CONTAINERS, ...BESIDES],
]);

/** Whether a key is one of the published shapes', however it is spelled. */
export function isKnownKey(key: string): boolean {
  return KNOWN.has(canonicalKey(key));
}

const LEAD_NAMES: ReadonlySet<string> = new Set(
  [...Object.values(CUSTOMER_NAMES), ...Object.values(FACT_NAMES), WHOLE_NAMES].flat(),
);

/** Whether a value says something of a lead: under a name of one of its fields, or an address under any. */
export function saysOfLead(name: string, value: unknown): boolean {
  const text = textOf(value).trim();
  return text !== '' && (LEAD_NAMES.has(canonicalKey(name)) || isAddress(text));
}

/** A key without regard to its case and punctuation: `First Name`, `first_name` and `FirstName` are one. */
export function canonicalKey(key: string): string {
  const lower = key.toLowerCase();
  return /^[a-z0-9]*$/.test(lower) ? lower : lower.replace(/[^\p{L}\p{N}]/gu, '');
}

/** The own fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return fieldsAmong(Object.entries(value));
}

/** Names and values that stand beside each other, as the fields of one object. */
export function fieldsAmong(entries: Iterable<readonly [key: string, value: unknown]>): Fields {
  const fields = new Map<string, unknown[]>();
  for (const [key, field] of entries) {
    const name = canonicalKey(key);
    const others = fields.get(name);
    if (others) others.push(field);
    else fields.set(name, [field]);
  }
  return fields;
}

/** The lead that an object's own fields and those of its customer's objects make. */
export function leadIn(fields: Fields, containers: readonly Fields[]): MarketplaceLead {
  const isApart = containers.length > 0;
  const customer = (name: keyof CustomerDetails): string => {
    const inContainer = firstText(containers, CUSTOMER_NAMES[name]);
    // Beside a customer of its own, a title is that of what was posted.
    const isOwn = inContainer === '' && !(isApart && name === 'title');
    return oneLineOf(isOwn ? textIn(fields, CUSTOMER_NAMES[name]) : inContainer);
  };
  const fact = (name: (typeof FACTS)[number]): string => textIn(fields, FACT_NAMES[name]);
  const details: CustomerDetails = {
    firstName: customer('firstName'),
    lastName: customer('lastName'),
    email: customer('email'),
    phone: customer('phone'),
    country: customer('country'),
    company: customer('company'),
    title: customer('title'),
  };
  const among = isApart ? containers : [fields];
  const reached = { ...details, ...anyAddress(details, among) };
  return {
    customer: { ...reached, ...wholeName(reached, among) },
    leadSource: oneLineOf(fact('leadSource')),
    actionCode: oneLineOf(fact('actionCode')),
    offerTitle: oneLineOf(fact('offerTitle')),
    description: linesOf(fact('description')),
  };
}

/** Where nothing says who it is, an e-mail address under whatever name. */
function anyAddress(details: CustomerDetails, among: readonly Fields[]): Partial<CustomerDetails> {
  if (PERSON.some((name) => details[name] !== '')) return {};
  const texts = among.flatMap((fields) => [...fields.values()].flat().map(textOf));
  const email = texts.find((text) => isAddress(text));
  return email === undefined ? {} : { email: oneLineOf(email) };
}

function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && ADDRESS.test(text.trim());
}

const ADDRESS = /^[^\s@"<>{}]+@[^\s@"<>{}]+\.[^\s@"<>{}]+$/;
const LONGEST_ADDRESS = 320;

/** Where there is an address and no name in two parts, one in a single part counts as the last name. */
function wholeName(
  { firstName, lastName, email, phone }: CustomerDetails,
  among: readonly Fields[],
): Partial<CustomerDetails> {
  if (firstName !== '' || lastName !== '' || (email === '' && phone === '')) return {};
  const whole = oneLineOf(firstText(among, WHOLE_NAMES));
  return whole === '' ? {} : { lastName: whole };
}

function firstText(among: readonly Fields[], names: readonly string[]): string {
  for (const fields of among) {
    const text = textIn(fields, names);
    if (text !== '') return text;
  }
  return '';
}

/** The first text with something in it that a field has under one of its names; of keys that differ in spelling too. */
function textIn(fields: Fields, names: readonly string[]): string {
  for (const name of names) {
    for (const value of fields.get(name) ?? []) {
      const text = textOf(value);
      if (text.trim() !== '') return text;
    }
  }
  return '';
}

/** A number or a boolean where text belongs is taken as written; of a list, its first text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? (value.map(leafOf).find((text) => text.trim() !== '') ?? '') : '';
}

function leafOf(value: unknown): string {
  return Array.isArray(value) ? '' : textOf(value);
}

/**
 * A text as it is kept: composed (NFC), without half characters, without control characters but those that end lines or
 * part columns, and without blanks around it.
 */
function linesOf(text: string): string {
  if (PLAIN.test(text)) return text.trim();
  return text.toWellFormed().replace(BREAKS, '\n').replace(CONTROLS, '').normalize('NFC').trim();
}

/** As {@link linesOf}, in one line. */
function oneLineOf(text: string): string {
  return PLAIN.test(text) ? text.trim() : linesOf(text).replace(/[\n\t]+/g, ' ');
}

const PLAIN = /^[ -~]*$/;
const BREAKS = /\r\n?|[\v\f\u0085]/gu;
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/** Whether something is said anywhere in a value. @param levels how deep to look */
export function hasContent(value: unknown, levels: number): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value !== 'object' || value === null) return value !== null && value !== undefined;
  return levels > 0 && Object.values(value).some((inner) => hasContent(inner, levels - 1));
}
