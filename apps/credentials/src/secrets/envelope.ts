/** Envelope encryption, pure: a secret under its own data key, bound to what it belongs to. */
import { createCipheriv, createDecipheriv } from 'node:crypto';

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What a ciphertext belongs to. Opened for anything else, it does not open. */
export interface Binding {
  connectionId: string;
  /** What the secret is, e.g. `client-secret`. */
  purpose: string;
  version: number;
}

/** Thrown where bytes do not open: changed, cut, swapped with another's, or made under another key. */
export class CannotOpen extends Error {
  constructor() {
    super('The ciphertext does not open: it was changed, belongs elsewhere, or was made under another key.');
  }
}

/** The associated data of a binding: unambiguous, whatever the parts contain. */
export function associatedData(binding: Binding): Buffer {
  return Buffer.from(
    JSON.stringify(['leads.credentials', binding.connectionId, binding.purpose, binding.version]),
  );
}

/**
 * Encrypts with AES-256-GCM.
 * @param key 32 bytes
 * @param iv 12 bytes, never used before with this key
 * @returns format byte, iv, ciphertext, 16 bytes of tag
 */
export function encrypt(plain: Buffer, key: Buffer, iv: Buffer, bound: Buffer): Buffer {
  if (iv.length !== IV_BYTES) throw new Error(`The initialisation vector must have ${IV_BYTES} bytes.`);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([Buffer.of(FORMAT), bound]));
  return Buffer.concat([Buffer.of(FORMAT), iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Reverses {@link encrypt}. @throws CannotOpen unless every byte, the key and the binding are the same. */
export function decrypt(sealed: Buffer, key: Buffer, bound: Buffer): Buffer {
  if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== FORMAT) throw new CannotOpen();
  const iv = sealed.subarray(1, 1 + IV_BYTES);
  const ciphertext = sealed.subarray(1 + IV_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([Buffer.of(FORMAT), bound]));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new CannotOpen();
  }
}
