/** Who looked at or changed what, newest first. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ClipboardTaskListLtr24Regular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { AuditPage as AuditEntries } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { ShowMore } from '../pieces/show-more.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange, roleWords } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../frames/page.tsx';
import { card, plainList, quiet } from '../theme/looks.ts';
import { PHONE } from '../theme/screen.ts';
import { entryWords, personWords } from './entry-words.ts';
import { RetentionSection } from './retention-section.tsx';
import { targetAddress } from './target-address.ts';

const useStyles = makeStyles({
  list: { ...plainList, ...card, overflow: 'hidden' },
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
  person: { fontSize: tokens.fontSizeBase200 },
  quiet,
  refused: { marginInlineStart: tokens.spacingHorizontalS },
});

const refused = { tone: 'warning', word: 'Refused', meaning: 'It was not done.' } as const;

export function AuditPage(): ReactElement {
  const { role } = useSession();
  return (
    <Page
      title="Audit"
      intro="Who listed, searched, exported or opened leads, who saw lead addresses, and who changed what; operators too. And how long what is kept."
    >
      {mayChange(role) ? (
        <Entries />
      ) : (
        <EmptyState icon={<ClipboardTaskListLtr24Regular />} title="Owners see the audit">
          Ask an owner of your publisher what you want to know from it.
        </EmptyState>
      )}
      <RetentionSection />
    </Page>
  );
}

function Entries(): ReactElement {
  const styles = useStyles();
  const { role: mine } = useSession();
  const list = useInfiniteQuery({
    queryKey: keys.audit,
    queryFn: ({ pageParam, signal }) =>
      read<AuditEntries>(pageParam === undefined ? '/api/audit' : `/api/audit?cursor=${pageParam}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  const { data, error, refetch } = list;
  if (error && !data) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!data) return <RowsSkeleton what="the audit" rows={6} />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <EmptyState icon={<ClipboardTaskListLtr24Regular />} title="Nothing to tell yet">
        Every look at leads or a lead address and every change appears here, with who it was and when.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={styles.list} aria-label="Audit">
        {entries.map((entry, index) => {
          const { at, who, role, publisherId, what, target, outcome } = entry;
          const person = personWords(entry);
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
                {entryWords(entry).map((words) => ` · ${words}`)}
                {person !== undefined && <div className={styles.person}>{person}</div>}
              </div>
            </li>
          );
        })}
      </ol>
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      <ShowMore
        list={list}
        addedBy={(page) => countWords(page.entries.length, 'more entry', 'more entries')}
      />
    </>
  );
}
