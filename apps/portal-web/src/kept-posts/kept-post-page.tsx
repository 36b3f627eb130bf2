/** One post in which no lead was recognised: what it is, what was understood, and what to make of it. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useParams } from 'react-router';
import type { KeptPostView } from '@leads/contracts/portal-api';
import { toProblem } from '../api/api-problem.ts';
import { NotFoundPage } from '../frames/not-found-page.tsx';
import { Page } from '../frames/page.tsx';
import { OriginalBody } from '../leads/original-body.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { NARROW } from '../theme/screen.ts';
import { AlikeSection } from './alike-section.tsx';
import { CorrectSection } from './correct-section.tsx';
import { DiscardDialog } from './discard-dialog.tsx';
import { keptPostQuery } from './kept-post-queries.ts';
import { flat, keptPostWords, LEAD_FIELDS, seemingly, whyWords } from './kept-post-words.ts';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'flex', flexDirection: 'column', gap: tokens.spacingHorizontalL, minWidth: 0 },
});

const back = { to: '/kept-posts', text: 'Posts put aside' };

export function KeptPostPage(): ReactElement {
  const { postId = '' } = useParams();
  const { role } = useSession();
  const [isDiscarding, setDiscarding] = useState(false);
  const { data: post, error, refetch } = useQuery(keptPostQuery(postId));
  if (!post && error && toProblem(error).status === 404) return <NotFoundPage />;
  const mayDecide = post?.state === 'kept' && mayChange(role);
  return (
    <Page
      title={post ? `Put aside: ${seemingly(post.found)}` : 'Post put aside'}
      back={back}
      intro={post && <StateBadge {...keptPostWords[post.state]} />}
      actions={mayDecide && <Button onClick={() => setDiscarding(true)}>Discard</Button>}
    >
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!post && !error && <RowsSkeleton what="the post" rows={5} />}
      {post && <Parts key={post.postId} post={post} mayDecide={mayDecide} />}
      {isDiscarding && post && <DiscardDialog post={post} onClose={() => setDiscarding(false)} />}
    </Page>
  );
}

function Parts({ post, mayDecide }: { post: KeptPostView; mayDecide: boolean }): ReactElement {
  const styles = useStyles();
  return (
    <>
      <div className={styles.columns}>
        <div className={styles.column}>
          {mayDecide ? <CorrectSection post={post} /> : <Found post={post} />}
          {mayDecide && post.alike > 0 && <AlikeSection post={post} />}
        </div>
        <What post={post} />
      </div>
      <OriginalBody original={post.text} bytes={post.body} isOpen />
    </>
  );
}

function What({ post }: { post: KeptPostView }): ReactElement {
  const { role } = useSession();
  const { settled, leadIds, acceptedIds } = post;
  return (
    <Section title="What came">
      <Facts>
        <Fact name="Why it was put aside">{whyWords(post.why)}</Fact>
        <Fact name="Received">
          <Time at={post.receivedAt} as="exact" />
        </Fact>
        <Fact name="Offer">
          <TextLink to={`/offers/${post.connectionId}`}>
            {post.offerTitle || 'An offer that is not known'}
          </TextLink>
        </Fact>
        {role === 'operator' && <Fact name="Publisher">{post.publisher.name || '—'}</Fact>}
        {post.repeats > 0 && <Fact name="Came">{countWords(post.repeats + 1, 'time')}</Fact>}
        <Fact name="Size">{countWords(post.bytes, 'byte')}</Fact>
        <Fact name="Said to be">
          {[post.contentType, post.contentEncoding].filter(Boolean).join(', ') || 'Nothing was said'}
        </Fact>
        {settled && (
          <Fact name={post.state === 'discarded' ? 'Discarded by' : 'Made a lead by'}>
            {settled.by}, <Time at={settled.at} as="exact" />
          </Fact>
        )}
        {settled?.reason !== undefined && <Fact name="Because">{settled.reason}</Fact>}
        {acceptedIds.length > 0 && (
          <Fact name="Leads that came of the same post">
            {acceptedIds.map((leadId, place) => (
              <div key={leadId}>
                <TextLink to={`/leads/${leadId}`}>Open lead {place + 1}</TextLink>
              </div>
            ))}
          </Fact>
        )}
        {leadIds.length > 0 && (
          <Fact name={leadIds.length === 1 ? 'Lead' : 'Leads'}>
            {leadIds.map((leadId, place) => (
              <div key={leadId}>
                <TextLink to={`/leads/${leadId}`}>
                  {leadIds.length === 1 ? 'Open the lead' : `Open lead ${place + 1}`}
                </TextLink>
              </div>
            ))}
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function Found({ post }: { post: KeptPostView }): ReactElement {
  const fields = flat(post.found);
  const found = LEAD_FIELDS.filter(([name]) => fields[name] !== '');
  return (
    <Section
      title="What was understood"
      intro={
        post.state === 'kept' ? 'An owner of your publisher can correct it and make a lead of it.' : undefined
      }
    >
      {found.length === 0 ? (
        'No field of a lead was found in it.'
      ) : (
        <Facts>
          {found.map(([name, words]) => (
            <Fact key={name} name={words}>
              {fields[name]}
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  );
}
