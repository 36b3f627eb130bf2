/** What makes two posts the same lead: the content that was read, never how it was spelled on the wire. */
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { CustomerDetails, MarketplaceLead } from '@leads/contracts';
import { DAY_MS } from '@leads/pacing';

/** What a lead is known by when it comes again. */
export interface Identity {
  /** Absent where it is never taken for another. */
  fingerprint?: Buffer;
  /** How long a repeat of it is one, in milliseconds. */
  windowMs: number;
}

/** What the sender calls a post by, and the place of the lead in it. */
export interface GivenKey {
  key: string;
  place: number;
}

/** For so long at least is a key that the sender gave remembered, in milliseconds: it repeats on purpose. */
export const KEY_WINDOW_MS = DAY_MS;

/**
 * By what a lead is known. A key of the sender's counts together with the content: one that is used again for another
 * customer must lose nobody. Without one it is the content alone, within the window; but a lead that does not say who it
 * is about is like many others, and is never folded.
 */
export function identityOf(
  { connectionId, lead }: { connectionId: string; lead: MarketplaceLead },
  given: GivenKey | undefined,
  windowMs: number,
): Identity {
  if (given) {
    const fingerprint = hashOf([...contentOf(connectionId, lead), given.key, given.place]);
    return { fingerprint, windowMs: Math.max(windowMs, KEY_WINDOW_MS) };
  }
  if (windowMs === 0 || isNameless(lead)) return { windowMs };
  return { fingerprint: fingerprintOf(connectionId, lead), windowMs };
}

/** What the sender gives a post to be known by: `Idempotency-Key`, or the `webhook-id` of Standard Webhooks. */
export function givenKeyIn(headers: IncomingHttpHeaders): string | undefined {
  const given = [headers['idempotency-key'], headers['webhook-id']];
  return given.map((value) => [value].flat().join().trim()).find((key) => key !== '');
}

/** SHA-256 over the connection and every field of the lead, in an order that is always the same. */
export function fingerprintOf(connectionId: string, lead: MarketplaceLead): Buffer {
  return hashOf(contentOf(connectionId, lead));
}

function contentOf(connectionId: string, lead: MarketplaceLead): unknown[] {
  const { customer } = lead;
  return [
    connectionId,
    CUSTOMER_FIELDS.map((name) => [name, customer[name]]),
    LEAD_FIELDS.map((name) => [name, lead[name]]),
  ];
}

const CUSTOMER_FIELDS = CustomerDetails.keyof().options.toSorted();
const LEAD_FIELDS = MarketplaceLead.omit({ customer: true }).keyof().options.toSorted();

/** As JSON, so that no two different lists come out as the same text. */
function hashOf(parts: unknown[]): Buffer {
  return hash('sha256', JSON.stringify(parts), 'buffer');
}

function isNameless({ customer: { firstName, lastName, email, phone } }: MarketplaceLead): boolean {
  return [firstName, lastName, email, phone].every((text) => text === '');
}

/** SHA-256 of an address key as `connections.v1` carries it. */
export function addressKeyHash(addressKey: string): string {
  return hash('sha256', addressKey);
}
