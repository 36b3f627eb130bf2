/** The posts in which no lead was recognised: when they came, for which offer, and what was understood. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircle24Regular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { KeptPostState } from '@leads/contracts';
import type { KeptPostSummary } from '@leads/contracts/portal-api';
import { Page } from '../frames/page.tsx';
import { Choice } from '../leads/choice.tsx';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { ShowMore } from '../pieces/show-more.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { countWords } from '../pieces/time-words.ts';
import { useSession } from '../session/use-session.ts';
import { card, plainList, quiet } from '../theme/looks.ts';
import { NARROW } from '../theme/screen.ts';
import { FieldsSection } from './fields-section.tsx';
import { keptPostsQuery } from './kept-post-queries.ts';
import { keptPostWords, seemingly, whyWords } from './kept-post-words.ts';

const useStyles = makeStyles({
  filter: { maxWidth: '240px' },
  list: { ...plainList, ...card, overflow: 'hidden' },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1.4fr) minmax(0, 2fr) minmax(0, 1.2fr) 104px',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
    overflowWrap: 'anywhere',
    ':last-child': { borderBottomStyle: 'none' },
    [NARROW]: {
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"who when" "why why" "offer state"',
    },
  },
  who: { minWidth: 0, fontWeight: tokens.fontWeightSemibold, [NARROW]: { gridArea: 'who' } },
  why: { minWidth: 0, [NARROW]: { gridArea: 'why' } },
  offer: { minWidth: 0, [NARROW]: { gridArea: 'offer' } },
  end: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-end',
    gap: tokens.spacingVerticalXXS,
    [NARROW]: { display: 'contents' },
  },
  state: { [NARROW]: { gridArea: 'state' } },
  when: { textAlign: 'end', [NARROW]: { gridArea: 'when' } },
  quiet,
});

const STATES = [
  ['', 'All'],
  ['kept', 'Waiting'],
  ['replayed', 'Made leads'],
  ['discarded', 'Discarded'],
] as const;

export function KeptPostsPage(): ReactElement {
  const styles = useStyles();
  const [search, setSearch] = useSearchParams();
  const state = KeptPostState.safeParse(search.get('state')).data;
  const list = useInfiniteQuery(keptPostsQuery(state));
  const posts = list.data?.pages.flatMap((page) => page.posts);
  return (
    <Page
      title="Posts put aside"
      back={{ to: '/leads', text: 'Leads' }}
      intro="What came to a lead address and could not be understood. It is kept as it came: correct what is a lead, discard what is none."
    >
      <Choice
        label="State"
        className={styles.filter}
        options={STATES}
        value={state ?? ''}
        onChange={(value) => setSearch(value === '' ? {} : { state: value })}
      />
      {list.error && <ProblemBar problem={list.error} onRetry={list.refetch} />}
      {!posts && !list.error && <RowsSkeleton what="the posts put aside" rows={4} />}
      {posts?.length === 0 && (
        <EmptyState icon={<CheckmarkCircle24Regular />} title="Nothing is put aside">
          Should the marketplace send what cannot be understood, it is kept here whole, and an incident tells
          of it.
        </EmptyState>
      )}
      {posts && posts.length > 0 && (
        <ul className={styles.list} aria-label="Posts put aside">
          {posts.map((post) => (
            <Row key={post.postId} post={post} />
          ))}
        </ul>
      )}
      <ShowMore list={list} addedBy={(page) => countWords(page.posts.length, 'more post')} />
      <FieldsSection />
    </Page>
  );
}

function Row({ post }: { post: KeptPostSummary }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { postId, why, found, offerTitle, publisher, receivedAt, repeats, state } = post;
  return (
    <li className={styles.row}>
      <div className={styles.who}>
        <TextLink to={`/kept-posts/${postId}`}>{seemingly(found)}</TextLink>
      </div>
      <div className={styles.why}>
        {whyWords(why)}
        {repeats > 0 && <div className={styles.quiet}>It came {countWords(repeats + 1, 'time')}.</div>}
      </div>
      <div className={styles.offer}>
        {offerTitle || 'An offer that is not known'}
        {role === 'operator' && <div className={styles.quiet}>{publisher.name}</div>}
      </div>
      <div className={styles.end}>
        <div className={styles.state}>
          <StateBadge {...keptPostWords[state]} />
        </div>
        <div className={mergeClasses(styles.when, styles.quiet)}>
          <Time at={receivedAt} />
        </div>
      </div>
    </li>
  );
}
