/** A marketplace lead as the columns of a Dynamics 365 lead record. */
import {
  countryName,
  describeAction,
  isForAnotherPartner,
  type MarketplaceLead,
  oneLine,
  plainLines,
  readLeadOrigin,
  own,
} from '@leads/contracts';
import { cutText } from './cut-text.ts';
import type { LeadTable, LeadValue, WasRefused } from './lead-table.ts';

/** A record as it is sent: columns of the table `lead`, and lookups as `<navigation property>@odata.bind`. */
export type LeadRecord = { leadid: string } & Record<string, LeadValue>;

/** The standard columns, named as Dataverse names them. A type, not an interface: it is a `LeadRecord`. */
export type StandardLead = {
  leadid: string;
  subject: string;
  firstname?: string;
  lastname: string;
  emailaddress1?: string;
  telephone1?: string;
  companyname?: string;
  jobtitle?: string;
  address1_country?: string;
  leadsourcecode?: number;
  description?: string;
  donotemail?: true;
  donotphone?: true;
  donotbulkemail?: true;
};

/** Longest values of the standard lead table, in UTF-16 code units (Dynamics 365 Sales, table reference of `lead`). */
export const COLUMN_LENGTHS = {
  subject: 300,
  firstname: 50,
  lastname: 50,
  emailaddress1: 100,
  telephone1: 50,
  companyname: 100,
  jobtitle: 100,
  address1_country: 80,
  description: 2000,
} as const;

/** `leadsourcecode` of a lead that came from a web site. */
const LEAD_SOURCE_WEB = 8;

/** A standard column that holds one field of the lead. */
export type CutColumn = Exclude<keyof typeof COLUMN_LENGTHS, 'description'>;

const LABELS: Record<CutColumn, string> = {
  subject: 'Offer',
  firstname: 'First name',
  lastname: 'Last name',
  emailaddress1: 'Email',
  telephone1: 'Phone',
  companyname: 'Company',
  jobtitle: 'Title',
  address1_country: 'Country',
};

/** Something of the lead that its column cannot hold, or not wholly: it stands in the description. */
export type Overflow = [label: string, value: string];

export interface MapOptions {
  /** The organisation's own lead table, where it could be read. */
  table?: LeadTable | undefined;
  /** The language of country names, as a BCP 47 tag. */
  countryLanguage?: string | undefined;
  /** When the customer asked, as ISO 8601 writes it. */
  requestedAt?: string | undefined;
  /** What else the description has to tell. */
  overflow?: Overflow[];
  wasRefused?: WasRefused | undefined;
  /** Whether a customer who asked another partner is marked not to be contacted: the connection wants it, they do not. */
  hasFlags?: boolean | undefined;
}

/**
 * Maps a lead onto the standard lead table.
 *
 * The lead's own id becomes the record's primary key, so that a second create of the same lead is refused as a
 * duplicate. A value too long for its column is cut, and stands in full in the description; so does one whose
 * column the organisation does not have. Only the description has more than one line. A lead without a last name or
 * a topic gets the most telling thing it has instead.
 * @param leadId the lead's UUID
 */
export function mapLead(leadId: string, lead: MarketplaceLead, options: MapOptions = {}): StandardLead {
  const { table, requestedAt, overflow = [], wasRefused = () => false } = options;
  const lengthOf = (column: keyof typeof COLUMN_LENGTHS, value?: string): number => {
    const length = ownLength(column, table);
    return wasRefused(column, value && cutText(value, length)) ? 0 : length;
  };
  const columns = Object.entries(wholeValues(lead, options.countryLanguage)) as [CutColumn, string][];
  const fitted: Partial<Record<CutColumn, string>> = {};
  const cut: Overflow[] = [];
  for (const [column, whole] of columns) {
    const fits = cutText(whole, lengthOf(column, whole));
    if (fits !== '') fitted[column] = fits;
    if (fits !== whole) cut.push([LABELS[column], whole]);
  }
  const description = describe(
    lead,
    [...(requestedAt === undefined ? [] : [`Asked on ${inUtc(requestedAt)}`]), `Marketplace lead: ${leadId}`],
    [...cut, ...overflow],
    lengthOf('description'),
  );
  return {
    leadid: leadId,
    ...(fitted as typeof fitted & Pick<StandardLead, 'subject' | 'lastname'>),
    ...(takesOption('leadsourcecode', LEAD_SOURCE_WEB, table) &&
      !wasRefused('leadsourcecode', LEAD_SOURCE_WEB) && { leadsourcecode: LEAD_SOURCE_WEB }),
    ...(description === '' ? {} : { description }),
    ...(options.hasFlags === true && isForAnotherPartner(lead) ? doNotContact(table, wasRefused) : {}),
  };
}

/** What each standard column would hold, had it room: a single line. */
export function wholeValues(lead: MarketplaceLead, countryLanguage?: string): Record<CutColumn, string> {
  const { customer } = lead;
  const [lastName, company] = [oneLine(customer.lastName), oneLine(customer.company)];
  const [email, phone] = [oneLine(customer.email), oneLine(customer.phone)];
  return {
    subject: oneLine(lead.offerTitle) || oneLine(readLeadOrigin(lead).offer) || 'Microsoft marketplace lead',
    firstname: oneLine(customer.firstName),
    lastname: lastName || company || email || phone || '(no name given)',
    emailaddress1: email,
    telephone1: phone,
    companyname: company,
    jobtitle: oneLine(customer.title),
    address1_country: countryName(oneLine(customer.country), countryLanguage),
  };
}

/** The organisation's own length where its table is known, 0 for a column it does not have. */
function ownLength(column: keyof typeof COLUMN_LENGTHS, table: LeadTable | undefined): number {
  if (!table) return COLUMN_LENGTHS[column];
  const known = table.columns[column];
  return known && !known.isReadOnly ? (known.length ?? COLUMN_LENGTHS[column]) : 0;
}

function takesOption(column: string, option: number, table: LeadTable | undefined): boolean {
  if (!table) return true;
  const known = own(table.columns, column);
  return (
    known !== undefined &&
    !known.isReadOnly &&
    (known.options === undefined || known.options.some(({ value }) => value === option))
  );
}

const DO_NOT_CONTACT = ['donotemail', 'donotphone', 'donotbulkemail'] as const;

function doNotContact(
  table: LeadTable | undefined,
  wasRefused: WasRefused,
): Partial<Record<(typeof DO_NOT_CONTACT)[number], true>> {
  const columns = DO_NOT_CONTACT.filter(
    (column) => (!table || table.columns[column]) && !wasRefused(column, true),
  );
  return Object.fromEntries(columns.map((column) => [column, true]));
}

/** A point in time to the minute: `2026-11-25 17:03 UTC`. */
function inUtc(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What the customer wrote, then what the marketplace said and what is ours, then what was cut; the first yields when room is short. */
function describe(
  lead: MarketplaceLead,
  ours: readonly string[],
  overflow: readonly Overflow[],
  limit: number,
): string {
  const [source, action] = [oneLine(lead.leadSource), oneLine(readLeadOrigin(lead).action)];
  const facts = [
    ...(source ? [`Lead source: ${source}`] : []),
    ...(action
      ? [`Action: ${action}${describeAction(action) === action ? '' : ` (${describeAction(action)})`}`]
      : []),
    ...ours,
    ...overflow.map(([label, value]) => `${label} in full: ${value}`),
  ].join('\n');
  const room = limit - facts.length - 2;
  // A description of a few characters would say less than the cut values it displaces.
  const whole = plainLines(lead.description);
  const said = room >= 20 || (whole.length <= room && room > 0) ? cutText(whole, room) : '';
  return cutText(said ? `${said}\n\n${facts}` : facts, limit);
}
