/** The button below a list that is read page by page: fetches the next page, and tells a screen reader how much came. */
import { makeStyles, useAnnounce } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { BusyButton } from './busy-button.tsx';

const useStyles = makeStyles({ more: { alignSelf: 'center' } });

export interface ShowMoreProps<Page> {
  /** What `useInfiniteQuery` answers. */
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<{ data: { pages: Page[] } | undefined; isFetchNextPageError: boolean }>;
  };
  /** What a page has added, in words: `50 more leads`. */
  addedBy: (page: Page) => string;
  /** The words on the button; `Show more` without them. */
  words?: string;
  /** Called before the next page is fetched. */
  onShowMore?: () => void;
}

export function ShowMore<Page>({
  list,
  addedBy,
  words,
  onShowMore,
}: ShowMoreProps<Page>): ReactElement | undefined {
  const styles = useStyles();
  const { announce } = useAnnounce();
  const showMore = async (): Promise<void> => {
    onShowMore?.();
    const { data, isFetchNextPageError } = await list.fetchNextPage();
    const added = data?.pages.at(-1);
    if (added && !isFetchNextPageError) announce(`${addedBy(added)} shown`);
  };
  if (!list.hasNextPage) return undefined;
  return (
    <BusyButton
      className={styles.more}
      isBusy={list.isFetchingNextPage}
      onClick={() => {
        // What failed is in the cache and shown from there.
        showMore().catch(() => undefined);
      }}
    >
      {words ?? 'Show more'}
    </BusyButton>
  );
}
