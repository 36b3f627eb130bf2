/** The filter of the list, as it stands in the page's address: a link to the page shows the same list. */
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { type LeadFilter, readFilter, writeFilter } from './lead-filter.ts';

export function useLeadFilter(): [LeadFilter, (next: LeadFilter) => void] {
  const [query, setQuery] = useSearchParams();
  const filter = useMemo(() => readFilter(query), [query]);
  const setFilter = useCallback(
    (next: LeadFilter): void => setQuery(writeFilter(next), { replace: true }),
    [setQuery],
  );
  return [filter, setFilter];
}
