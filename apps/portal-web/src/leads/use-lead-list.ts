/** The list that a filter shows: live while one is at its top; once one reads on, new leads are only counted. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { LeadPage, LeadSummary } from '@leads/contracts/portal-api';
import { keys } from '../api/keys.ts';
import type { LeadFilter } from './lead-filter.ts';
import { leadsQuery } from './lead-queries.ts';
import { useNewLeads } from './use-new-leads.ts';

export interface LeadList {
  list: UseInfiniteQueryResult<InfiniteData<LeadPage>>;
  /** Of all pages that were read; `undefined` while the first is on its way. */
  leads: readonly LeadSummary[] | undefined;
  /** How many have come since one reads on. */
  newLeads: number;
  /** One reads on: from now on the list stands still. */
  standStill: () => void;
  /** Back to the top, where the new ones are. */
  showNew: () => void;
}

export function useLeadList(filter: LeadFilter): LeadList {
  const queryClient = useQueryClient();
  const [isStill, setStill] = useState(false);
  const newLeads = useNewLeads(filter, isStill);
  const list = useInfiniteQuery({
    ...leadsQuery(filter),
    enabled: !isStill,
    placeholderData: keepPreviousData,
  });
  const leads = useMemo(() => list.data?.pages.flatMap((page) => page.leads), [list.data]);
  return {
    list,
    leads,
    newLeads: newLeads.count,
    standStill: () => setStill(true),
    showNew: () => {
      newLeads.clear();
      setStill(false);
      // Back to the first page; a failure is in the cache and shown from there.
      queryClient.resetQueries({ queryKey: keys.leadList(filter) }).catch(() => undefined);
      window.scrollTo({ top: 0 });
    },
  };
}
