/** A marketplace lead as the columns of a Dynamics 365 lead record. */
import { describeAction, isDoNotContact, type MarketplaceLead, readLeadOrigin } from '@leads/contracts';

/** The columns that are written, named as Dataverse names them (table `lead`). */
export interface LeadRecord {
  leadid: string;
  subject: string;
  firstname?: string;
  lastname: string;
  emailaddress1?: string;
  telephone1?: string;
  companyname?: string;
  jobtitle?: string;
  address1_country?: string;
  leadsourcecode: number;
  description: string;
  donotemail?: true;
  donotphone?: true;
  donotbulkemail?: true;
}

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

const ELLIPSIS = '…';
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `length` code units of a text, cut between two characters as people see them, with an ellipsis. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (const { index, segment } of characters.segment(text.slice(0, length + 1))) {
    if (index + segment.length > length - ELLIPSIS.length) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd() + ELLIPSIS;
}

type CutColumn = Exclude<keyof typeof COLUMN_LENGTHS, 'description'>;

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

/**
 * Maps a lead onto the standard lead table.
 *
 * The lead's own id becomes the record's primary key, so that a second create of the same lead is refused as a
 * duplicate. A value too long for its column is cut, and stands in full in the description. A lead without a last
 * name or a topic gets the most telling thing it has instead.
 * @param leadId the lead's UUID
 */
export function mapLead(leadId: string, lead: MarketplaceLead): LeadRecord {
  const { customer } = lead;
  const origin = readLeadOrigin(lead);
  const whole: Record<CutColumn, string> = {
    subject: lead.offerTitle || origin.offer || 'Microsoft marketplace lead',
    firstname: customer.firstName,
    lastname: customer.lastName || customer.company || customer.email || customer.phone || '(no name given)',
    emailaddress1: customer.email,
    telephone1: customer.phone,
    companyname: customer.company,
    jobtitle: customer.title,
    address1_country: customer.country,
  };
  const columns = Object.entries(whole) as [CutColumn, string][];
  const cut = columns.filter(([column, value]) => value.length > COLUMN_LENGTHS[column]);
  const fitted = Object.fromEntries(
    columns
      .filter(([, value]) => value !== '')
      .map(([column, value]) => [column, cutText(value, COLUMN_LENGTHS[column])]),
  ) as Partial<Record<CutColumn, string>> & { subject: string; lastname: string };
  const doNotContact = isDoNotContact(lead)
    ? ({ donotemail: true, donotphone: true, donotbulkemail: true } as const)
    : {};
  return {
    leadid: leadId,
    ...fitted,
    leadsourcecode: LEAD_SOURCE_WEB,
    description: describe(lead, leadId, cut),
    ...doNotContact,
  };
}

/** What the customer wrote, then what the marketplace said, then what was cut; the first yields when room is short. */
function describe(lead: MarketplaceLead, leadId: string, cut: [CutColumn, string][]): string {
  const action = readLeadOrigin(lead).action;
  const facts = [
    ...(lead.leadSource ? [`Lead source: ${lead.leadSource}`] : []),
    ...(action
      ? [`Action: ${action}${describeAction(action) === action ? '' : ` (${describeAction(action)})`}`]
      : []),
    `Marketplace lead: ${leadId}`,
    ...cut.map(([column, value]) => `${LABELS[column]} in full: ${value}`),
  ].join('\n');
  const limit = COLUMN_LENGTHS.description;
  const room = limit - facts.length - 2;
  // A description of a few characters would say less than the cut values it displaces.
  const said = room >= 20 || lead.description.length <= room ? cutText(lead.description, room) : '';
  return cutText(said ? `${said}\n\n${facts}` : facts, limit);
}
