/** A sender's name and address. */
import { z } from 'zod';

export interface Mailbox {
  /** Empty where there is none. */
  name: string;
  address: string;
}

/** Reads `leads@example.com` or `Leads <leads@example.com>`; `undefined` where it is neither. */
export function readMailbox(text: string): Mailbox | undefined {
  const named = /^([^<>\r\n]*)<([^<>]*)>$/.exec(text.trim());
  const name = named?.[1]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  const address = z.email().safeParse((named?.[2] ?? text).trim());
  return address.success ? { name, address: address.data } : undefined;
}
