/** The key in a connection's lead address: who knows it may post leads for the offer. */
import { createHash } from 'node:crypto';

const KEY_BYTES = 32;

/** @param random as `randomBytes` of node:crypto */
export function makeAddressKey(random: (bytes: number) => Buffer): string {
  return random(KEY_BYTES).toString('base64url');
}

/** What is stored in clear and told to the gateway: enough to recognise a key. Lower-case hex. */
export function hashAddressKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The address that the publisher enters at the marketplace. */
export function leadAddressOf(gatewayUrl: string, key: string): string {
  return `${gatewayUrl}/leads/${key}`;
}
