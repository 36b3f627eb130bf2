/** Domains as operators enter and read them, pure. */
import type { FieldFault } from '../api/api-problem.ts';

/** What was entered, one by one. */
export function domainsIn(text: string): string[] {
  return text
    .split(/[;,\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** As they are entered. */
export function domainsWords(domains: readonly string[]): string {
  return domains.join('; ');
}

/** What the portal found wrong with them, each with the domain that it is about. */
export function faultOfDomains(
  errors: readonly FieldFault[],
  domains: readonly string[],
): string | undefined {
  const faults = errors.flatMap(({ pointer, detail }) => {
    const place = /^\/domains(?:\/(\d+))?$/.exec(pointer);
    if (!place) return [];
    const domain = place[1] === undefined ? undefined : domains[Number(place[1])];
    return [domain === undefined ? detail : `${domain}: ${detail}`];
  });
  return faults.length === 0 ? undefined : faults.join(' ');
}
