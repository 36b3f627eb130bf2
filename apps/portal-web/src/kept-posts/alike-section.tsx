/** The posts alike: all replayed at once, each by what was found in it. */
import { Button } from '@fluentui/react-components';
import { useState, type ReactElement } from 'react';
import type { KeptPostView } from '@leads/contracts/portal-api';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { Section } from '../pieces/section.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { countWords } from '../pieces/time-words.ts';
import { usePostAct } from './kept-post-queries.ts';

export function AlikeSection({ post }: { post: KeptPostView }): ReactElement {
  const [isAsked, setAsked] = useState(false);
  const act = usePostAct(post.postId);
  const toast = useSuccessToast();
  const all = post.alike + 1;
  const ready = countWords(post.alikeReady, 'lead');
  const run = (): void =>
    act.mutate(
      { kind: 'replay-alike' },
      {
        onSuccess: ({ kind, settled }) => {
          setAsked(false);
          if (kind === 'all') toast(`${countWords(settled.settled, 'lead')} made`);
        },
      },
    );
  return (
    <Section
      title={`${countWords(post.alike, 'other post is', 'other posts are')} alike`}
      intro={`They came to the same address, were put aside for the same reason, and have fields of the same names. What was found makes a lead of ${post.alikeReady} of all ${all}.`}
      actions={post.alikeReady > 0 && <Button onClick={() => setAsked(true)}>Make {ready}</Button>}
    >
      <ConfirmDialog
        isOpen={isAsked}
        title={`Make ${ready} of the posts alike?`}
        action={`Make ${ready}`}
        isPending={act.isPending}
        problem={act.error}
        onConfirm={run}
        onCancel={() => {
          act.reset();
          setAsked(false);
        }}
      >
        Each becomes what was found in it, without what you corrected in this one, and is written once. What
        names nobody stays put aside.
      </ConfirmDialog>
    </Section>
  );
}
