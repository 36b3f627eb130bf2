/** A lead as the marketplace posts it, and what its source and action mean. `read-leads.ts` reads it from the wire. */
import { z } from 'zod';

/** The most bytes a posted lead may have (the gateway answers 413 above it). */
export const MAX_LEAD_BYTES = 64 * 1024;

/** The person and company behind a lead; what the marketplace did not send is an empty string. */
export const CustomerDetails = z.object({
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  phone: z.string(),
  country: z.string(),
  company: z.string(),
  title: z.string(),
});
export type CustomerDetails = z.infer<typeof CustomerDetails>;

/** One lead in the marketplace's words. Nothing is required on the wire; what is missing is an empty string. */
export const MarketplaceLead = z.object({
  customer: CustomerDetails,
  leadSource: z.string(),
  actionCode: z.string(),
  offerTitle: z.string(),
  description: z.string(),
});
export type MarketplaceLead = z.infer<typeof MarketplaceLead>;

/** `leadSource` taken apart. Parts that are not there are empty strings. */
export interface LeadOrigin {
  /** Where the customer was: `AzureMarketplace`, `AzurePortal`, `SPZA` (AppSource), or what else the wire says. */
  source: string;
  /** What the customer did: `INS`, `PLT`, `DNC`, `Create`, `StartTestDrive`, or what else the wire says. */
  action: string;
  /** `publisherid.offerid`, or a title. */
  offer: string;
}

/** Takes `Source-Action|Offer` apart: the offer starts after the first bar, the action after the first hyphen. */
export function readLeadOrigin(lead: Pick<MarketplaceLead, 'leadSource' | 'actionCode'>): LeadOrigin {
  const bar = lead.leadSource.indexOf('|');
  const before = bar < 0 ? lead.leadSource : lead.leadSource.slice(0, bar);
  const offer = bar < 0 ? '' : lead.leadSource.slice(bar + 1);
  const hyphen = before.indexOf('-');
  const source = hyphen < 0 ? before : before.slice(0, hyphen);
  const action = hyphen < 0 ? '' : before.slice(hyphen + 1);
  return { source: source.trim(), action: lead.actionCode || action.trim(), offer: offer.trim() };
}

/** What an action code says the customer did, in words; an unknown code stands for itself. */
export function describeAction(action: string): string {
  switch (action.toUpperCase()) {
    case 'INS':
      return 'Acquired the offer or began a free trial (Get it now)';
    case 'PLT':
      return 'Asked to be contacted (Contact me)';
    case 'DNC':
      return 'Asked another partner on the page of the offer: nothing to do';
    case 'CREATE':
      return 'Bought in the Azure portal';
    case 'STARTTESTDRIVE':
      return 'Began a test drive';
    default:
      return action;
  }
}

/** Whether the customer asked another partner, who stands on the page of the offer too (`DNC`). That is no opt-out. */
export function isForAnotherPartner(lead: Pick<MarketplaceLead, 'leadSource' | 'actionCode'>): boolean {
  return readLeadOrigin(lead).action.toUpperCase() === 'DNC';
}

/** Whether this is a test lead of the marketplace's own Validate: every text is `MSFT_TEST_<number>`. */
export function isMarketplaceTest(lead: MarketplaceLead): boolean {
  return lead.customer.email.startsWith('MSFT_TEST_') && lead.customer.lastName.startsWith('MSFT_TEST_');
}
