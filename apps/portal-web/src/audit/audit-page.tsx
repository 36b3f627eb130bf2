/** Who looked at or changed what, newest first. */
import { Button, makeStyles, mergeClasses, Spinner, tokens, useAnnounce } from '@fluentui/react-components';
import { ClipboardTaskListLtr24Regular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { AuditPage as AuditEntries } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange, roleWords } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../shell/page.tsx';
import { PHONE } from '../shell/screen.ts';
import { targetAddress } from './target-address.ts';

const useStyles = makeStyles({
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    borderRadius: tokens.borderRadiusXLarge,
    border: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'hidden',
  },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalL}`,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
    ':last-child': { borderBottomStyle: 'none' },
    [PHONE]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  who: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  what: { overflowWrap: 'anywhere' },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  refused: { marginInlineStart: tokens.spacingHorizontalS },
  more: { alignSelf: 'center' },
});

const refused = { tone: 'warning', word: 'Refused', meaning: 'It was not done.' } as const;

export function AuditPage(): ReactElement {
  const { role } = useSession();
  return (
    <Page title="Audit" intro="Who looked at leads and addresses, and who changed what.">
      {mayChange(role) ? (
        <Entries />
      ) : (
        <EmptyState icon={<ClipboardTaskListLtr24Regular />} title="Owners see the audit">
          Ask an owner of your publisher what you want to know from it.
        </EmptyState>
      )}
    </Page>
  );
}

function Entries(): ReactElement {
  const styles = useStyles();
  const { role: mine } = useSession();
  const { announce } = useAnnounce();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: keys.audit,
    queryFn: ({ pageParam, signal }) =>
      read<AuditEntries>(pageParam === undefined ? '/api/audit' : `/api/audit?cursor=${pageParam}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  const showMore = async (): Promise<void> => {
    const { data: more } = await fetchNextPage();
    announce(`${countWords(more?.pages.at(-1)?.entries.length ?? 0, 'more entry', 'more entries')} shown`);
  };
  if (error && !data) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!data) return <RowsSkeleton what="the audit" rows={6} />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <EmptyState icon={<ClipboardTaskListLtr24Regular />} title="Nothing to tell yet">
        Every look at a lead or a lead address and every change appears here, with who it was and when.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={styles.list} aria-label="Audit">
        {entries.map(({ at, who, role, publisherId, what, target, outcome }, index) => {
          const address = targetAddress(what, target);
          return (
            <li key={`${at} ${index}`} className={styles.row}>
              <div className={styles.what}>
                <span className={styles.who}>{who}</span> {what}
                {outcome === 'refused' && (
                  <span className={styles.refused}>
                    <StateBadge {...refused} />
                  </span>
                )}
              </div>
              <div className={styles.quiet}>
                <Time at={at} as="exact" />
              </div>
              <div className={mergeClasses(styles.quiet, styles.what)}>
                {role !== undefined && roleWords[role]}
                {mine === 'operator' && publisherId !== undefined && ` · ${publisherId}`}
                {target !== undefined && (
                  <>
                    {' · '}
                    {address === undefined ? target : <TextLink to={address}>{target}</TextLink>}
                  </>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {hasNextPage && (
        <Button
          className={styles.more}
          disabledFocusable={isFetchingNextPage}
          {...(isFetchingNextPage ? { icon: <Spinner size="tiny" /> } : {})}
          onClick={() => {
            // What failed is in the cache and shown from there.
            showMore().catch(() => undefined);
          }}
        >
          Show more
        </Button>
      )}
    </>
  );
}
