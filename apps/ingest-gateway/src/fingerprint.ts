/** What makes two posts the same lead: the content that was read, never how it was spelled on the wire. */
import { createHash } from 'node:crypto';
import type { MarketplaceLead } from '@leads/contracts';

/** SHA-256 over the connection and every field of the lead, in an order that is always the same. */
export function fingerprintOf(connectionId: string, { customer, ...lead }: MarketplaceLead): Buffer {
  const fields = (record: Record<string, string>): [string, string][] =>
    Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
  // As JSON, so that no two different leads come out as the same text.
  const canonical = JSON.stringify([connectionId, fields(customer), fields(lead)]);
  return createHash('sha256').update(canonical).digest();
}

/** SHA-256 of an address key as `connections.v1` carries it. */
export function addressKeyHash(addressKey: string): string {
  return createHash('sha256').update(addressKey).digest('hex');
}
