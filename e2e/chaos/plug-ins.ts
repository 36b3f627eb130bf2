/** What customers have in their organizations: plug-ins, each for leads of a company of its own, and the end it should be. */
import type { OrganizationSettings } from '@leads/testing';

interface CustomersPlugin {
  company: string;
  does: NonNullable<OrganizationSettings['plugins']>[number];
  /** How leads of the company must end: what the organization says to them, and the cause that the product should tell. */
  refusal?: { code: string; cause: string };
}

const PLUGINS: readonly CustomersPlugin[] = [
  {
    company: 'Refused by rule',
    does: { refusal: 'refused' },
    refusal: { code: '0x80040265', cause: 'plug-in-refused' },
  },
  {
    company: 'Account that is there already',
    does: {
      creates: { table: 'account', keyColumn: 'companyname', existing: ['Account that is there already'] },
    },
    refusal: { code: '0x80040237', cause: 'duplicate-of-another' },
  },
  {
    company: 'Segment of another table',
    does: { demands: { privilege: 'prvReadnew_segment', table: 'new_segment' } },
    refusal: { code: '0x80040220', cause: 'privilege-missing' },
  },
  { company: 'Deadlock at the first try', does: { refusal: 'deadlock', timesPerLead: 1 } },
  { company: 'Null reference at the first try', does: { refusal: 'unexpected', timesPerLead: 1 } },
  { company: 'Contact made beside', does: { creates: { table: 'contact', keyColumn: 'emailaddress1' } } },
];

/** Of so many leads, one is a plug-in's, each one's in turn; no divisor of it is shared with the number of connections. */
const ONE_OF = 21;

/** The plug-in that runs on a lead, by the lead's number; `undefined` where none does. */
export function pluginOf(number: number): CustomersPlugin | undefined {
  return number % ONE_OF === 0 ? PLUGINS[(number / ONE_OF) % PLUGINS.length] : undefined;
}

/** As an organization's setting. */
export const plugins: NonNullable<OrganizationSettings['plugins']> = PLUGINS.map(({ company, does }) => ({
  column: 'companyname',
  contains: company,
  ...does,
}));
