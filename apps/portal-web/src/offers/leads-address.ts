/** Addresses of the list of leads: its filter stands in the query, in the words of `LeadFilter`. */
import type { LeadFilter } from '@leads/contracts/portal-api';

export function leadsAddress(filter: LeadFilter): string {
  const query = new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return query.size === 0 ? '/leads' : `/leads?${query}`;
}
