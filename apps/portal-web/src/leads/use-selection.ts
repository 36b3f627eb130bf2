/** Which of the dead leads on the page are selected to be replayed. */
import { useState } from 'react';
import type { LeadSummary } from '@leads/contracts/portal-api';

export interface Selection {
  /** The ids of those that can be selected. */
  selectable: readonly string[];
  /** Of these, the ids of the selected ones. */
  selected: readonly string[];
  select: (leadId: string, isSelected: boolean) => void;
  selectAll: (isSelected: boolean) => void;
}

/** What is no longer dead is no longer selected. */
export function useSelection(leads: readonly LeadSummary[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selectable = leads.filter(({ state }) => state === 'dead').map(({ leadId }) => leadId);
  return {
    selectable,
    selected: selectable.filter((leadId) => ids.has(leadId)),
    select: (leadId, isSelected) =>
      setIds((before) => new Set([...before].filter((id) => id !== leadId).concat(isSelected ? leadId : []))),
    selectAll: (isSelected) => setIds(new Set(isSelected ? selectable : [])),
  };
}
