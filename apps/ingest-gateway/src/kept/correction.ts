/** What a person made of a post, read as the gateway reads what is posted; pure. */
import { type Correction, type FoundLead, type MarketplaceLead, readLeads } from '@leads/contracts';
import { readPost } from '../read-post.ts';

/** The leads of a correction; none where there are none in it either. */
export function leadsOf(correction: Correction): FoundLead[] {
  if ('text' in correction) {
    const read = readPost(Buffer.from(correction.text), {});
    // What would stay behind is not left behind unseen.
    return read.kind === 'leads' && read.isWhole ? read.leads : [];
  }
  const read = readLeads(asBody(correction.lead));
  return read.kind === 'leads' ? read.leads : [];
}

/** A lead as the marketplace would post it. */
export function asBody({ customer, ...facts }: MarketplaceLead): Record<string, unknown> {
  return { userDetails: customer, ...facts };
}
