/** Counts the leads that come while the list stands still. */
import { useState } from 'react';
import { useLiveEvent } from '../api/use-live-event.ts';
import { type LeadFilter, maySuit } from './lead-filter.ts';

export interface NewLeads {
  count: number;
  clear: () => void;
}

/** @param isCounting whether the list stands still; what had been counted before is kept until cleared */
export function useNewLeads(filter: LeadFilter, isCounting: boolean): NewLeads {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  useLiveEvent((event) => {
    // Only the portal knows what a search finds, and what an incident hits.
    if (filter.search !== undefined || filter.incidentId !== undefined) return;
    if (!isCounting || event.event !== 'lead') return;
    const { leadId, attempts, state } = event.data;
    const isNew = attempts === 0 && state === 'pending' && maySuit(event.data, filter);
    if (isNew && !seen.has(leadId)) setSeen(new Set([...seen, leadId]));
  });
  return { count: seen.size, clear: () => setSeen(new Set()) };
}
