/** Ids that are the same whenever they are asked for, of leads that must not be made twice; pure. */
import { createHash } from 'node:crypto';

/** A UUID (version 8) that follows from a text. */
export function derivedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
