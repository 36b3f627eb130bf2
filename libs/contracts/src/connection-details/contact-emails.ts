/** The contact list as people paste it: addresses with names and brackets, between semicolons, commas or line breaks. */
import emailAddresses from 'email-addresses';
import { z } from 'zod';
import { readMailDomain } from '../mail-domains.ts';

const MOST = 50;
/** Of an address as it goes to a server (RFC 5321, 4.5.3.1). */
const LONGEST = 254;
const LONGEST_LOCAL = 64;
/** With a name and brackets, in UTF-16 units. */
const LONGEST_PLACE = 1_000;

/** One place of a list: what was typed, and the address that it is understood as, if any. */
export interface ContactPlace {
  typed: string;
  address: string | undefined;
}

/** The places of a list in order, also where some are no addresses. */
export function readContactPlaces(text: string): ContactPlace[] {
  return placesOf(text).map((typed) => ({ typed, address: readMailAddress(typed) }));
}

/** @returns the addresses in order, or every fault, each naming what it is about */
export function readContactEmails(
  text: string,
): { ok: true; addresses: string[] } | { ok: false; faults: string[] } {
  const places = readContactPlaces(text);
  if (places.length === 0) {
    return { ok: false, faults: ['Enter at least one e-mail address; separate several with semicolons.'] };
  }
  const addresses = places.flatMap(({ address }) => address ?? []);
  const faults = [
    ...places
      .filter(({ address }) => address === undefined)
      .map(({ typed }) => `${quote(typed)} is not an e-mail address.`),
    ...repeated(addresses).map((address) => `${quote(address)} is in the list more than once.`),
  ];
  if (places.length > MOST) {
    faults.push(`The list has ${places.length} addresses; it can have at most ${MOST}.`);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, addresses };
}

/** The list as it is shown and entered. */
export function writeContactEmails(addresses: readonly string[]): string {
  return addresses.join(';');
}

/** The address in what is one mailbox (RFC 5322, with the letters of RFC 6531), without name and brackets. */
export function readMailAddress(text: string): string | undefined {
  if (text.length > LONGEST_PLACE) return undefined;
  const inBrackets = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
  const bare = inBrackets.trim().replace(/^mailto:/i, '');
  const read = emailAddresses.parseOneAddress({ input: bare, rfc6532: true });
  if (read?.type !== 'mailbox' || read.name !== null) return undefined;
  const { address, local, domain } = read;
  const host = readMailDomain(domain);
  // What the library leaves out (comments, folding) nobody means in a contact list.
  if (host === undefined || address !== bare || /[\s\p{Cc}]/u.test(address)) return undefined;
  return bytesOf(local) <= LONGEST_LOCAL && bytesOf(`${local}@${host}`) <= LONGEST ? address : undefined;
}

/** An address of a contact list, as services tell it; whatever was taken before goes on being read. */
export const ContactEmail = z
  .email()
  .or(
    z.string().refine((text) => readMailAddress(text) === text, { error: 'This is not an e-mail address.' }),
  );

/** What is copied from mails and pages and seen by nobody: it is no part of an address. */
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * The places of a list. A comma separates only where an address is on either side: Outlook writes `Lee, Ann
 * <ann@contoso.com>`.
 */
function placesOf(text: string): string[] {
  return split(text.replace(UNSEEN, '').replace(/\u00a0/g, ' '), /[;\r\n\uff1b]/)
    .flatMap((part) => joinedNames(split(part, /[,\uff0c\u3001]/)))
    .flatMap(withoutBlanks)
    .map((place) => place.trim())
    .filter((place) => place !== '');
}

/** Separates at characters that are outside quotes and brackets; a quote that never ends is a character. */
function split(text: string, separator: RegExp): string[] {
  const parts: string[] = [''];
  for (const [piece] of text.matchAll(/"(?:[^"\\\r\n]|\\[^\r\n]){0,200}"|<[^<>;\r\n]{0,400}>|[^]/gu)) {
    if (piece.length === 1 && separator.test(piece)) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

/** Puts a name without an address before the one that it belongs to. */
function joinedNames(parts: readonly string[]): string[] {
  const joined: string[] = [];
  let name = '';
  for (const part of parts) {
    const isBracketed = part.includes('<');
    if (part.includes('@') || part.trim() === '') {
      joined.push(isBracketed ? name + part : part);
      if (!isBracketed && name.trim() !== '') joined.push(name.replace(/,$/, ''));
      name = '';
    } else {
      name += `${part},`;
    }
  }
  return name.trim() === '' ? joined : [...joined, name.replace(/,$/, '')];
}

/** Addresses one after another with nothing but blanks between. */
function withoutBlanks(part: string): string[] {
  const words = part.trim().split(/\s+/);
  const areAddresses = words.length > 1 && words.every((word) => /^[^\s"<>@]+@[^\s"<>@]+$/.test(word));
  return areAddresses ? words : [part];
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function quote(address: string): string {
  return `"${address.length > 80 ? `${address.slice(0, 80)}…` : address}"`;
}

/** Mail addresses differ in letter case only on paper, and a domain has one way to be written for machines. */
function repeated(addresses: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const shown = new Map<string, string>();
  for (const address of addresses) {
    const at = address.lastIndexOf('@');
    const key = `${address.slice(0, at).toLowerCase()}@${readMailDomain(address.slice(at + 1)) ?? ''}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (!shown.has(key)) shown.set(key, address);
  }
  return [...seen].flatMap(([key, count]) => (count > 1 ? [shown.get(key) ?? key] : []));
}
