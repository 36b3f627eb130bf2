/** The contact list as people write it: addresses separated by semicolons. */
import { z } from 'zod';

const Address = z.email();
const MOST = 50;
const LONGEST = 254;

/** @returns the addresses in order, or every fault, each naming its address */
export function readContactEmails(
  text: string,
): { ok: true; addresses: string[] } | { ok: false; faults: string[] } {
  const addresses = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (addresses.length === 0) {
    return { ok: false, faults: ['Enter at least one e-mail address; separate several with semicolons.'] };
  }
  const faults = [
    ...addresses.filter((address) => !isAddress(address)).map((address) => describeMalformed(address)),
    ...repeated(addresses).map((address) => `${quote(address)} is in the list more than once.`),
  ];
  if (addresses.length > MOST) {
    faults.push(`The list has ${addresses.length} addresses; it can have at most ${MOST}.`);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, addresses };
}

/** The list as it is shown and entered. */
export function writeContactEmails(addresses: readonly string[]): string {
  return addresses.join(';');
}

function isAddress(text: string): boolean {
  return text.length <= LONGEST && Address.safeParse(text).success;
}

function describeMalformed(address: string): string {
  const hint = /[,\s]/.test(address) ? ' Separate addresses with semicolons.' : '';
  return `${quote(address)} is not an e-mail address.${hint}`;
}

function quote(address: string): string {
  return `"${address.length > 80 ? `${address.slice(0, 80)}…` : address}"`;
}

/** Mail addresses differ in letter case only on paper. */
function repeated(addresses: string[]): string[] {
  const seen = new Map<string, number>();
  for (const address of addresses) {
    seen.set(address.toLowerCase(), (seen.get(address.toLowerCase()) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([address]) => address);
}
