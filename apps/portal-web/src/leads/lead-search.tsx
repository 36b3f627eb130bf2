/** The search of the list: begins when one pauses in typing, and at once when one clears it. */
import { makeStyles, SearchBox } from '@fluentui/react-components';
import { useEffect, useState, type ReactElement } from 'react';

const SEARCH_PAUSE_MS = 300;

const useStyles = makeStyles({ search: { maxWidth: '100%', width: '100%' } });

export interface LeadSearchProps {
  /** What is searched for now; empty where nothing is. */
  search: string;
  onSearch: (search: string) => void;
}

export function LeadSearch({ search, onSearch }: LeadSearchProps): ReactElement {
  const styles = useStyles();
  const [typed, setTyped] = useState(search);
  const [known, setKnown] = useState(search);
  // The address has changed otherwise, by Back or by Clear filters.
  if (search !== known) {
    setKnown(search);
    if (search !== typed.trim()) setTyped(search);
  }
  useEffect(() => {
    if (typed.trim() === search) return;
    const timer = setTimeout(() => onSearch(typed.trim()), typed === '' ? 0 : SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, search, onSearch]);
  return (
    <SearchBox
      className={styles.search}
      placeholder="Name, company or e-mail"
      maxLength={200}
      value={typed}
      onChange={(_, { value }) => setTyped(value)}
    />
  );
}
