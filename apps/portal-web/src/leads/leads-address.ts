/** Addresses of the list of leads: its filter stands in the query. */
import type { LeadFilter } from '@leads/contracts/portal-api';
import { writeFilter } from './lead-filter.ts';

export function leadsAddress(filter: LeadFilter): string {
  const query = writeFilter(filter);
  return query.size === 0 ? '/leads' : `/leads?${query}`;
}
